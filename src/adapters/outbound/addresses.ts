/** The IP addresses that the server may connect to on behalf of an address that somebody gave. */
import { BlockList, isIP } from 'node:net';

type Family = 'ipv4' | 'ipv6';

/** IANA IPv4 Special-Purpose Address Registry, multicast (RFC 5771) and class E (RFC 1112). */
const SPECIAL_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Global unicast (RFC 4291, 2.4). Loopback, link-local, unique-local, multicast and mapped IPv4 lie outside of it. */
const GLOBAL_IPV6 = ['2000::/3'];

/** IANA IPv6 Special-Purpose Address Registry, as far as it lies in global unicast: Teredo, 6to4 and documentation too. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

const LOOPBACK = ['127.0.0.0/8', '::1/128'];

export interface AddressRules {
  /** Networks that the operator has listed, in CIDR notation. */
  readonly allowPrivateNetworks: readonly string[];
  /** True in development. */
  readonly allowLoopback: boolean;
}

/** `listed`: a private address that the rules name. */
export type AddressVerdict = 'public' | 'listed' | 'refused';

export function createAddressCheck({ allowPrivateNetworks, allowLoopback }: AddressRules) {
  const listed = networks([...allowPrivateNetworks, ...(allowLoopback ? LOOPBACK : [])]);
  const special = networks([...SPECIAL_IPV4, ...SPECIAL_IPV6]);
  const global = networks(GLOBAL_IPV6);

  return (address: string): AddressVerdict => {
    const family = familyOf(address);
    if (family === null) return 'refused';
    if (listed.check(address, family)) return 'listed';
    const isGlobal = family === 'ipv4' || global.check(address, family);
    return isGlobal && !special.check(address, family) ? 'public' : 'refused';
  };
}

/** Null for anything that is no address, and for one with a zone, which is link-local. */
function familyOf(address: string): Family | null {
  if (address.includes('%')) return null;
  const version = isIP(address);
  return version === 0 ? null : version === 4 ? 'ipv4' : 'ipv6';
}

function networks(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', bits] = cidr.split('/');
    list.addSubnet(network, Number(bits), isIP(network) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
