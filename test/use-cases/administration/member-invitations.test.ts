/** The invitation of one member: who may invite, and what is told when the mail server takes nothing. */
import { expect } from 'chai';
import { ROLES } from '../../../src/domain/account.ts';
import type { NewAccount } from '../../../src/use-cases/administration/accounts.ts';
import { createMemberInvitations } from '../../../src/use-cases/administration/people/member-invitations.ts';
import type { InvitationOutcome } from '../../../src/use-cases/invitations/invite.ts';
import { anAccount } from '../../contracts/examples.ts';

describe('the invitation of a member', () => {
  let made: { readonly wanted: NewAccount; readonly actor: string | undefined }[];
  let invited: { readonly actor: string; readonly id: string }[];
  beforeEach(() => {
    made = [];
    invited = [];
  });

  function invitationsThat(outcome: InvitationOutcome) {
    return createMemberInvitations({
      accounts: { findByEmail: async () => null },
      creation: {
        async create(wanted, _password, actor) {
          made.push({ wanted, actor });
          return { kind: 'created', account: anAccount({ id: 'new', email: wanted.email }) };
        },
      },
      invitingAs: (actor) => ({
        async invite(id) {
          invited.push({ actor, id });
          return outcome;
        },
      }),
      events: { append: async () => {} },
    });
  }

  const typed = { email: 'new@acme.test', name: 'New', groups: ['sales', 'sales'] };
  const actorOf = (role: (typeof ROLES)[number]) => anAccount({ id: 'actor', role, manages: ['sales'] });

  for (const role of ROLES) {
    const may = role === 'admin' || role === 'manager';
    it(`${may ? 'is made' : 'is refused'} for the role ${role}`, async () => {
      const outcome = await invitationsThat('invited').invite(actorOf(role), typed);
      expect(outcome.ok).to.equal(may);
      expect(invited).to.deep.equal(may ? [{ actor: 'actor', id: 'new' }] : []);
      expect(made.map(({ actor }) => actor)).to.deep.equal(may ? ['actor'] : []);
      if (!outcome.ok) expect(outcome.refusal).to.deep.equal({ code: 'forbidden' });
    });
  }

  it('makes a member of the inviter’s tenant, and takes a repeated group once', async () => {
    const actor = anAccount({ id: 'actor', role: 'admin', tenantId: 'kantoor' });
    await invitationsThat('invited').invite(actor, typed);
    expect(made[0]?.wanted).to.deep.include({ role: 'member', tenantId: 'kantoor', groups: ['sales'] });
  });

  it('tells that the account is there when its mail was not sent', async () => {
    const outcome = await invitationsThat('failed').invite(actorOf('admin'), typed);
    expect(outcome.ok && [outcome.value.isMailed, outcome.value.account.id]).to.deep.equal([false, 'new']);
  });
});
