/* Presses the button of a page that only passes through; without this script a person does. */
const form = document.querySelector('form[data-self-submit]');
const button = form.querySelector('button');
form.requestSubmit();
/* A second press would send an answer again that counts once. */
button.disabled = true;
/* A browser that goes back shows the page as it left it. */
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) button.disabled = false;
});
