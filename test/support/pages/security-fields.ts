/** The fields and marks of the security page, and of the questions before a removal. */

/** Selectors that must be there, once each unless a number stands beside them. */
export const SECURITY_FIELDS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'security-none': {
    'button[name=set-up][value=totp]': 1,
    'button[name=remove]': 0,
    'button[name=turn-off]': 0,
  },
  'security-optional': {
    'form[action^="/account/security/factors/"][action$="/remove"]': 2,
    'button[name=remove]': 2,
    'form[action="/account/security/turn-off"] button[name=turn-off]': 1,
    '[role=status]': 1,
  },
  'security-all': {
    '[data-mark=factor][data-method=totp][data-id=factor-1] button[name=replace]': 1,
    '[data-mark=factor][data-id=factor-3] button[name=make-default]': 1,
    'details input[name=label][maxlength="60"]': 2,
    'button[name=rename]': 2,
    'button[name=new-recovery-codes]': 1,
    'button[name=remove-trusted-browser]': 2,
  },
  'security-renamed': { '.done form[action="/account/security/undo/change-1"] button[name=undo]': 1 },
  'account-grace': { '[data-mark=grace]': 1, '[data-mark=grace] a[href="/account/security"]': 1 },
  'security-grace': { '[data-mark=grace]': 1, '[data-mark=grace] a': 0 },
  'confirm-removal-factor': {
    'form[action="/account/security/factors/factor-1/remove/confirm"]': 1,
    'button[name=confirm]': 1,
    'button[name=cancel]': 1,
    'main li': 3,
  },
  'set-up-choose-replacement': { 'input[name=method]': 2, 'main a[href="/account/security"]': 1 },
  'security-required': { 'button[name=remove]': 0, 'button[name=turn-off]': 0 },
  'security-administrator': { 'button[name=remove]': 0, 'button[name=turn-off]': 0 },
};
