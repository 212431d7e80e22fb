/* Copies the key of an authenticator app. Without this script, or where a browser forbids it, the key is selected by hand. */
{
  const button = document.querySelector('[data-copy-key]');
  const key = document.querySelector('[data-mark="secret"]').textContent.replaceAll(/\s/g, '');
  if (navigator.clipboard) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      // Refused by a browser's owner, or in a window that has lost the focus.
      const isCopied = await navigator.clipboard.writeText(key).then(
        () => true,
        () => false,
      );
      document.querySelector('[data-copied]').hidden = !isCopied;
      document.querySelector('[data-not-copied]').hidden = isCopied;
    });
  }
}
