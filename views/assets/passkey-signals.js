/* Tells the password manager which passkeys the account has, and its names, so that it forgets and renames its own. */
{
  const { browserSupportsWebAuthn, sendSignal } = SimpleWebAuthnBrowser;
  const { signals } = document.querySelector('[data-signals]').dataset;
  const { rpId: rpID, userId: userID, credentialIds, name, displayName } = JSON.parse(signals);

  // A browser without signals rejects, and nothing depends on them.
  const send = (signal) => sendSignal({ ...signal, rpID, userID }).catch(() => {});

  if (browserSupportsWebAuthn()) {
    send({ signalName: 'allAcceptedCredentials', allAcceptedCredentialIDs: credentialIds });
    send({ signalName: 'currentUserDetails', userName: name, userDisplayName: displayName });
  }
}
