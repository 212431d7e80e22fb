import { expect } from 'chai';
import { createAddressCheck } from '../../../src/adapters/outbound/addresses.ts';

const PUBLIC = ['8.8.8.8', '172.15.255.255', '172.32.0.1', '100.63.255.255', '2606:4700::1111', '2a00::1'];

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'this network': ['0.0.0.0', '0.1.2.3', '::'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  'shared by a carrier': ['100.64.0.1', '100.127.255.255'],
  'link-local, with the metadata of a cloud': ['169.254.169.254', 'fe80::1', 'fe80::1%eth0'],
  'unique-local': ['fc00::1', 'fd00:ec2::254'],
  multicast: ['224.0.0.1', '239.255.255.250', 'ff02::1'],
  reserved: ['240.0.0.1', '255.255.255.255', '192.0.0.1', '198.18.0.1'],
  documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
  'IPv4 in IPv6': [
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::ffff:8.8.8.8',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
  ],
  'no address': ['', 'localhost', '127.1', '0x7f.0.0.1', '2130706433', '1.2.3.4.5'],
};

describe('the addresses that the server connects to', () => {
  const inProduction = createAddressCheck({ allowPrivateNetworks: [], allowLoopback: false });

  it('include public ones', () => {
    for (const address of PUBLIC) expect(inProduction(address), address).to.equal('public');
  });

  for (const [kind, addresses] of Object.entries(REFUSED)) {
    it(`do not include ${kind} [A123]`, () => {
      for (const address of addresses) expect(inProduction(address), address).to.equal('refused');
    });
  }

  it('include the networks that the operator lists, and no other private one [A123]', () => {
    const check = createAddressCheck({
      allowPrivateNetworks: ['10.1.0.0/16', 'fd12::/16'],
      allowLoopback: false,
    });
    for (const address of ['10.1.2.3', 'fd12::1', '::ffff:10.1.2.3'])
      expect(check(address), address).to.equal('listed');
    for (const address of ['10.2.0.1', 'fd13::1', '127.0.0.1', '::ffff:10.2.0.1'])
      expect(check(address), address).to.equal('refused');
  });

  it('include loopback in development, and no other private network [A123]', () => {
    const check = createAddressCheck({ allowPrivateNetworks: [], allowLoopback: true });
    for (const address of ['127.0.0.1', '127.8.8.8', '::1'])
      expect(check(address), address).to.equal('listed');
    for (const address of ['10.0.0.1', '169.254.169.254', '0.0.0.0'])
      expect(check(address), address).to.equal('refused');
  });
});
