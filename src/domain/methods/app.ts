/** The companion app: a reserved name. This release cannot enrol or ask for it. */
import { type MethodDefinition, PLAIN_WORDS } from './contract.ts';

export const app: MethodDefinition = {
  name: 'app',
  traits: {
    acr: 'https://refeds.org/profile/mfa',
    amr: ['mca'],
    guessable: false,
    sends: null,
    needsScript: false,
    isFactor: true,
    isRestricted: false,
    isAlternative: false,
    words: PLAIN_WORDS,
  },
  isBuilt: false,
  create: () => null,
};
