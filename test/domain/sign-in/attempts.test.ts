/** The length of a lock, and the network for which an attempt counts. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  addressKey,
  nextLock,
  secondFactorSubject,
  truncatedAddress,
} from '../../../src/domain/sign-in/attempts.ts';
import { MINUTE, NOW } from '../policy/policy-inputs.ts';

describe('nextLock', () => {
  it('locks for 15 minutes, then twice as long each time, up to an hour [A19]', () => {
    const waits: number[] = [];
    let level = 0;
    for (let locks = 0; locks < 5; locks += 1) {
      const lock = nextLock(level, NOW);
      waits.push((lock.lockedUntil - NOW) / MINUTE);
      level = lock.level;
    }
    expect(waits).to.deep.equal([15, 30, 60, 60, 60]);
    expect(level).to.equal(5);
  });

  it('locks for an hour at most after any number of locks', () => {
    expect(nextLock(5000, NOW)).to.deep.equal({ lockedUntil: NOW + 60 * MINUTE, level: 5001 });
  });
});

describe('secondFactorSubject', () => {
  it('differs for each account, and equals no typed e-mail address', () => {
    expect(secondFactorSubject('a')).not.to.equal(secondFactorSubject('b'));
    expect(secondFactorSubject('a')).to.match(/^second-factor:/);
  });
});

describe('addressKey and truncatedAddress', () => {
  const ADDRESSES: readonly (readonly [string, string, string])[] = [
    ['192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['::FFFF:192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['2001:DB8:0001:0002::1', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['2001:db8::7', '2001:db8:0:0::/64', '2001:db8:0::/48'],
    ['2001:db8::5:6:7:8', '2001:db8:0:0::/64', '2001:db8:0::/48'],
    ['2001::3:4:5:6:7', '2001:0:0:3::/64', '2001:0:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0::/48'],
    ['::1', '0:0:0:0::/64', '0:0:0::/48'],
    ['::', '0:0:0:0::/64', '0:0:0::/48'],
    ['192.0.2.7:49152', '192.0.2.7', '192.0.2.0/24'],
    ['[2001:db8:1:2::1]:49152', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['::ffff:c000:207', '192.0.2.7', '192.0.2.0/24'],
    ['0:0:0:0:0:ffff:192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['[::ffff:192.0.2.7]:443', '192.0.2.7', '192.0.2.0/24'],
    ['64:ff9b::192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:192.0.2.7', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['unknown', 'unknown', 'unknown'],
    ['', '', ''],
  ];
  for (const [ip, key, truncated] of ADDRESSES) {
    it(`"${ip}" counts as "${key}" and is kept as "${truncated}"`, () => {
      expect(addressKey(ip)).to.equal(key);
      expect(truncatedAddress(ip)).to.equal(truncated);
    });
  }

  it('count all addresses of an IPv6 subscriber as one, and other subscribers apart', () => {
    const group = fc.integer({ min: 1, max: 0xffff }).map((value) => value.toString(16));
    const network = fc.array(group, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(network, network, fc.ipV6(), (mine, other, tail) => {
        const host = tail.replace(/.*:/, '').replaceAll('.', '') || '1';
        expect(addressKey(`${mine.join(':')}::${host.slice(0, 4)}`)).to.equal(
          addressKey(`${mine.join(':')}:1:2:3:4`),
        );
        fc.pre(mine.join() !== other.join());
        expect(addressKey(`${mine.join(':')}::1`)).not.to.equal(addressKey(`${other.join(':')}::1`));
      }),
    );
  });

  it('keep no whole IP address [A98]', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        expect(truncatedAddress(ip)).to.match(/^\d+\.\d+\.\d+\.0\/24$/);
        expect(truncatedAddress(`::ffff:${ip}`)).to.equal(truncatedAddress(ip));
      }),
    );
    fc.assert(
      fc.property(fc.ipV6(), (ip) => {
        expect(truncatedAddress(ip)).to.match(/(^[0-9a-f]+(:[0-9a-f]+){2}::\/48$)|(\.0\/24$)/);
      }),
    );
  });
});
