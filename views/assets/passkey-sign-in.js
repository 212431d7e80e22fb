/* Signs in with a passkey, by the button or by the browser's autofill. Without this script the page asks for a password. */
{
  const {
    browserSupportsWebAuthn,
    browserSupportsWebAuthnAutofill,
    sendSignal,
    startAuthentication,
    WebAuthnAbortService,
  } = SimpleWebAuthnBrowser;
  const form = document.querySelector('form[data-passkey=sign-in]');
  const button = form.querySelector('button');
  const told = document.querySelector('#passkey-told');
  const optionsJSON = JSON.parse(form.dataset.options);

  const send = (answer) => {
    form.elements.response.value = JSON.stringify(answer);
    form.submit();
  };

  // Waits without a dialog until the person chooses a passkey in the field of the e-mail address.
  const waitForAutofill = async () => {
    if (!(await browserSupportsWebAuthnAutofill())) return;
    // An error says that it was stopped: by the button, by the form of the password, or by the person.
    startAuthentication({ optionsJSON, useBrowserAutofill: true }).then(send, () => {});
  };

  // The spec lets pages know little (WebAuthn, 14.5): that it was not allowed stands for cancelled, too late, not found.
  const reasonOf = (error) => {
    const { name } = error.cause ?? error;
    return name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled' : 'failed';
  };

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    for (const alert of document.querySelectorAll('[role=alert]')) alert.hidden = true;
    button.disabled = true;
    try {
      send(await startAuthentication({ optionsJSON }));
    } catch (error) {
      told.textContent = told.dataset[reasonOf(error)];
      told.hidden = false;
      button.disabled = false;
      button.focus();
      waitForAutofill();
    }
  });

  document
    .querySelector('form:has([name=password])')
    .addEventListener('submit', () => WebAuthnAbortService.cancelCeremony());

  // Of a page that the back button brings back, what was answered is good no more.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });

  if (browserSupportsWebAuthn()) {
    if (form.dataset.button === 'true') button.hidden = false;
    const { unknown } = form.dataset;
    const { rpId: rpID } = optionsJSON;
    // A browser without signals rejects, and keeps the passkey.
    if (unknown) sendSignal({ signalName: 'unknownCredential', rpID, credentialID: unknown }).catch(() => {});
    waitForAutofill();
  }
}
