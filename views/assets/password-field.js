/* Adds a button to each password that shows what is typed. Without this script it stays hidden, and there is no button. */
for (const field of document.querySelectorAll('.password input')) {
  const { show, hide } = field.dataset;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.setAttribute('aria-controls', field.id);

  const reveal = (isShown) => {
    field.type = isShown ? 'text' : 'password';
    button.textContent = isShown ? hide : show;
  };

  reveal(false);
  button.addEventListener('click', () => reveal(field.type === 'password'));
  /* Browsers keep what is typed into a field of text, and password managers look for a password. */
  field.form.addEventListener('submit', () => reveal(false));
  addEventListener('pageshow', () => reveal(false));
  field.after(button);
}
