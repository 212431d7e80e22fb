/* Copying and printing need a script: their buttons are shown to who has one. */
const codes = [...document.querySelectorAll('[data-mark="recovery-code"]')].map((each) => each.textContent);
const owner = [...document.querySelectorAll('[data-owner]')].map((row) =>
  [...row.children].map((each) => each.textContent).join(': '),
);
const print = document.querySelector('[data-print]');
const copy = document.querySelector('[data-copy]');
print.hidden = false;
print.addEventListener('click', () => window.print());
if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    /* Refused by a browser's owner, or in a window that has lost the focus. */
    const isCopied = await navigator.clipboard.writeText([...owner, '', ...codes].join('\n')).then(
      () => true,
      () => false,
    );
    document.querySelector('[data-copied]').hidden = !isCopied;
    document.querySelector('[data-not-copied]').hidden = isCopied;
  });
}
