/* Lets a password manager that can make a passkey by itself, where it has just filled in the password (WebAuthn, 5.1.3). */
{
  const { startRegistration, WebAuthnAbortService } = SimpleWebAuthnBrowser;
  const form = document.querySelector('form[data-options]');
  let isAnswered = false;

  const make = async () => {
    const able = await globalThis.PublicKeyCredential?.getClientCapabilities?.();
    if (!able?.conditionalCreate) return;
    const optionsJSON = JSON.parse(form.dataset.options);
    const made = await startRegistration({ optionsJSON, useAutoRegister: true });
    if (isAnswered) return;
    form.elements.response.value = JSON.stringify(made);
    form.submit();
  };

  // The person's own answer comes first.
  addEventListener('submit', () => {
    isAnswered = true;
    WebAuthnAbortService.cancelCeremony();
  });

  // Of a page that the back button brings back, what was answered is good no more.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });

  // An error means that none was made: the page asks the person all the same.
  make().catch(() => {});
}
