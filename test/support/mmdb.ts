/** Writes a small file in the MaxMind DB format 2.0: a tree of IPv6 networks, their data, and the description. */

type Value = string | number | readonly Value[] | { readonly [key: string]: Value };

/** The type numbers of the format ("Data Section"). */
const TYPE = { text: 2, number: 6, map: 7, list: 11 } as const;
const SEPARATOR = Buffer.alloc(16);
const DESCRIPTION = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const RECORD_BITS = 24;

/** `networks`: in bits, such as `0010…`, with the data of each. None lies within another. */
interface Network {
  readonly bits: string;
  readonly data: Value;
}

function control(type: number, size: number): Buffer {
  // 29: the size minus 29 stands in the next byte.
  const [first, more] = size < 29 ? [size, []] : [29, [size - 29]];
  return Buffer.from(type > 7 ? [first, type - 7, ...more] : [(type << 5) | first, ...more]);
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([control(TYPE.text, text.length), text]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(TYPE.number, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(TYPE.list, value.length), ...value.map(encode)]);
  const entries = Object.entries(value as { readonly [key: string]: Value });
  const parts = entries.flatMap(([key, each]) => [encode(key), encode(each)]);
  return Buffer.concat([control(TYPE.map, entries.length), ...parts]);
}

/** `203.0.113.0/24` in the bits of an IPv6 tree, where IPv4 addresses stand below 96 zeros. */
export function ipv4Network(cidr: string): string {
  const [address = '', length = '32'] = cidr.split('/');
  const bits = address.split('.').map((part) => Number(part).toString(2).padStart(8, '0'));
  return '0'.repeat(96) + bits.join('').slice(0, Number(length));
}

export function mmdbFile(networks: readonly Network[]): Buffer {
  const nodes: [left: number | null, right: number | null][] = [[null, null]];
  const leaves = new Map<string, number>();
  const data: Buffer[] = [];
  let offset = 0;
  for (const [index, { bits, data: value }] of networks.entries()) {
    let at = 0;
    for (const [depth, bit] of [...bits].entries()) {
      const side = bit === '1' ? 1 : 0;
      const node = nodes[at] ?? [null, null];
      if (depth === bits.length - 1) {
        leaves.set(`${at} ${side}`, offset);
        break;
      }
      at = node[side] ?? nodes.push([null, null]) - 1;
      node[side] = at;
    }
    const encoded = encode(value);
    data[index] = encoded;
    offset += encoded.length;
  }
  const count = nodes.length;
  const tree = Buffer.alloc((count * RECORD_BITS) / 4);
  for (const [at, node] of nodes.entries())
    for (const side of [0, 1] as const) {
      const leaf = leaves.get(`${at} ${side}`);
      const record = leaf === undefined ? (node[side] ?? count) : count + SEPARATOR.length + leaf;
      tree.writeUIntBE(record, at * 6 + side * 3, 3);
    }
  const description = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_750_000_000,
    database_type: 'Test-City',
    description: { en: 'Places for tests' },
    ip_version: 6,
    languages: ['en'],
    node_count: count,
    record_size: RECORD_BITS,
  };
  return Buffer.concat([tree, SEPARATOR, ...data, DESCRIPTION, encode(description)]);
}

export const UTRECHT: Value = {
  city: { names: { en: 'Utrecht', de: 'Utrecht' } },
  country: { iso_code: 'NL' },
};
