/** Accounts from the exports of Keycloak and Authelia: the command as an operator runs it. */
import { verify } from '@node-rs/argon2';
import { expect } from 'chai';
import { ScureBase32Plugin } from 'otplib';
import { HASH, importedInto, SECRET } from './imported.ts';
import { storedPeople } from './stored-people.ts';

describe('accounts of other systems', function () {
  this.timeout(60_000);
  const people = storedPeople();
  const { accountOf, secretOf } = importedInto(people);

  beforeEach(() => people.store());

  it('takes people, passwords and authenticator apps over from a Keycloak realm', async () => {
    const otp = { type: 'otp', secretData: '{"value":"Qm4LrKcTZAsC3GHJ9bVf"}' };
    const credentialData = { digits: 6, counter: 0, period: 30, algorithm: 'HmacSHA1' };
    const [, , , , salt = '', value = ''] = HASH.split('$');
    const realm = {
      realm: 'acme',
      roles: { realm: [{ name: 'users' }] },
      users: [
        {
          username: 'ann',
          email: 'ann@acme.test',
          emailVerified: true,
          enabled: true,
          firstName: 'Ann',
          lastName: 'de Vries',
          attributes: { locale: ['nl'] },
          groups: ['/finance', '/crew/night'],
          credentials: [
            {
              type: 'password',
              secretData: JSON.stringify({ value: `${value}=`, salt, additionalParameters: {} }),
              credentialData: JSON.stringify({
                hashIterations: 2,
                algorithm: 'argon2',
                additionalParameters: {
                  hashLength: ['32'],
                  memory: ['19456'],
                  type: ['id'],
                  version: ['1.3'],
                  parallelism: ['1'],
                },
              }),
            },
            { ...otp, credentialData: JSON.stringify({ ...credentialData, subType: 'totp' }) },
          ],
        },
        {
          username: 'eve',
          email: 'eve@acme.test',
          enabled: false,
          credentials: [
            {
              type: 'password',
              secretData: '{"value":"SESAME","salt":"SESAME"}',
              credentialData: '{"hashIterations":210000,"algorithm":"pbkdf2-sha512"}',
            },
            { ...otp, credentialData: JSON.stringify({ ...credentialData, subType: 'hotp' }) },
          ],
        },
        { username: 'service-account-x', serviceAccountClientId: 'x', enabled: true },
        { username: 'nomail', enabled: true },
      ],
    };
    people.folder.write('realm.json', JSON.stringify(realm));
    const run = await people.run('accounts import realm.json --format keycloak --tenant acme --yes');
    expect(run.code).to.equal(1);
    expect(run.out.trimEnd().split('\n')).to.deep.equal([
      'user 2: eve@acme.test: its password hash (pbkdf2-sha512) is not taken: invite the person',
      'user 2: eve@acme.test: its authenticator is not taken: it has no code that changes with time',
      'user 4: nomail has no e-mail address',
      '2 accounts created, 0 in the store already, 1 refused',
    ]);
    const ann = await accountOf('ann@acme.test');
    expect(ann.account).to.deep.include({
      name: 'Ann de Vries',
      username: 'ann',
      groups: ['finance', 'crew/night'],
      locale: 'nl',
      emailConfirmed: true,
      passwordHash: HASH,
    });
    expect(await verify(HASH, 'correct horse battery staple')).to.equal(true);
    // Keycloak uses the bytes of the text as the key.
    const key = new ScureBase32Plugin().decode(secretOf(ann.enrolments[0]));
    expect(Buffer.from(key).toString()).to.equal('Qm4LrKcTZAsC3GHJ9bVf');
    const eve = await accountOf('eve@acme.test');
    expect(eve.account).to.deep.include({ passwordHash: null, emailConfirmed: false });
    expect(eve.account?.disabledAt, 'disabled there').to.be.a('number');
  });

  it('takes people over from Authelia, with the apps of its own export', async () => {
    people.folder.write(
      'users_database.yml',
      `users:
  ann:
    displayname: Ann de Vries
    email: ann@acme.test
    password: '${HASH}'
    groups: [admins, dev]
  eve:
    disabled: true
    displayname: Eve
    email: eve@acme.test
    password: '$6$rounds=50000$SESAME'
`,
    );
    people.folder.write(
      'totp.yml',
      `totp_configurations:
  - created_at: 2025-01-01T00:00:00Z
    username: ann
    issuer: Authelia
    algorithm: SHA1
    digits: 6
    period: 30
    secret: ${Buffer.from(SECRET).toString('base64')}
`,
    );
    const run = await people.run(
      'accounts import users_database.yml --format authelia --totp totp.yml --tenant acme --yes',
    );
    expect(run).to.deep.equal({
      code: 0,
      out:
        'user eve: eve@acme.test: its password hash is no argon2id and is not taken: invite the person\n' +
        '2 accounts created, 0 in the store already, 0 refused\n',
      err: '',
    });
    const ann = await accountOf('ann@acme.test');
    expect(ann.account).to.deep.include({ passwordHash: HASH, groups: ['admins', 'dev'], username: 'ann' });
    expect(secretOf(ann.enrolments[0])).to.equal(SECRET);
    expect((await accountOf('eve@acme.test')).account?.disabledAt).to.be.a('number');
  });
});
