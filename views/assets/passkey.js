/* Asks the browser for a passkey, puts its answer into the form and sends it; without this script the page says so. */
{
  const { browserSupportsWebAuthn, startAuthentication, startRegistration } = SimpleWebAuthnBrowser;
  const form = document.querySelector('form[data-passkey]');
  const button = form.querySelector('button');
  const told = document.querySelector('#passkey-told');

  const tell = (what) => {
    told.textContent = told.dataset[what];
    told.hidden = false;
    button.disabled = what === 'unsupported';
    button.focus();
  };

  // The spec lets pages know little (WebAuthn, 14.5): that it was not allowed stands for cancelled, too late, not found.
  const reasonOf = (error) => {
    const { name } = error.cause ?? error;
    if (name === 'InvalidStateError') return 'known';
    return name === 'NotAllowedError' || name === 'AbortError' ? 'cancelled' : 'failed';
  };

  const ask = async () => {
    const start = form.dataset.passkey === 'create' ? startRegistration : startAuthentication;
    const answer = await start({ optionsJSON: JSON.parse(form.dataset.options) });
    form.elements.response.value = JSON.stringify(answer);
    form.submit();
  };

  form.addEventListener('submit', (event) => {
    // The language switch sends the form too.
    if (event.submitter !== button) return;
    event.preventDefault();
    for (const alert of document.querySelectorAll('[role=alert]')) alert.hidden = true;
    button.disabled = true;
    ask().catch((error) => tell(reasonOf(error)));
  });

  // Of a page that the back button brings back, what was answered is good no more.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload();
  });

  // A form beside a password is no more than another way.
  const isBeside = form.dataset.beside !== undefined;
  const canAsk = browserSupportsWebAuthn();
  button.hidden = isBeside && !canAsk;
  if (!canAsk && !isBeside) tell('unsupported');
  else if (!isBeside && !form.elements.label && !document.querySelector('#alert')) button.focus();
}
