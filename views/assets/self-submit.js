/* Presses the button of the page that leaves one account for another; without this script a person does. */
document.querySelector('form[data-self-submit]').requestSubmit();
