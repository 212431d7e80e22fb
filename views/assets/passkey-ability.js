/* Tells with the form of a code whether this device can make passkeys. Without this script none is offered. */
{
  const field = document.querySelector('input[name=can_use_passkeys]');
  // An error means no: the person signs in as usual.
  globalThis.PublicKeyCredential?.isUserVerifyingPlatformAuthenticatorAvailable()
    .then((isAble) => {
      if (isAble) field.value = '1';
    })
    .catch(() => {});
}
