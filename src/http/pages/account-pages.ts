/** The models of the pages on which people look after their account. The key is the page's `data-page`. */
export interface AccountPages {
  account: { readonly name: string; readonly email: string; readonly tenantName: string };
}
