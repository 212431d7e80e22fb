/** The reference of the configuration in Markdown, from the JSON Schema that is its source. */
import { isMap } from './data.ts';
import type { Path } from './faults.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

const TITLE = `<!-- Generated from src/config/schema.ts by \`node src/config/generate.ts\`. Change it there. -->

# Configuration

One YAML file, named by \`DOUBLELOCK_CONFIG\`; without one, [demo.yaml](demo.yaml) beside this page.
[production.example.yaml](production.example.yaml) is a start for a server of your own. \`doublelock check-config FILE\`
lists every fault with its path and its line, and starts nothing; so does the server when it is started, and
when it is told to read the file again (\`SIGHUP\`): a file with a fault is refused, and the running configuration stays.
The log says which: \`config.reloaded\` or \`config.refused\`. \`listen.host\`, \`listen.port\`, \`metrics.port\`, \`storage\` and \`LOG_LEVEL\` take a restart.
An unknown key is a fault. Where a key has a twin that ends in \`_file\`, the twin names a file that holds the value instead:
relative to the configuration file, white space around the value trimmed. Editors that know JSON Schema check while you type, with this as the first line:

\`\`\`yaml
# yaml-language-server: $schema=./schema.json
\`\`\`

What is not built yet is accepted, warned about at the start, and not offered.
`;

const ENVIRONMENT = `
## Environment

These win over the file. Each may be given as \`NAME_FILE\` instead, the path of a file that holds the value, relative to the
working directory. \`SIGHUP\` reads that file again; a variable itself is what it was when the process was started.

| variable | sets |
| --- | --- |
| \`DOUBLELOCK_CONFIG\` | the file to read (has no \`_FILE\`) |
| \`PORT\` | \`listen.port\`; moves the default \`issuer\`, and the demo's own addresses of clients, along |
| \`ISSUER\` | \`issuer\`; addresses of clients that begin with the file's issuer move along |
| \`DATA_DIR\` | \`storage.data_dir\` |
| \`MONGODB_URI\` | \`storage.accounts\`: the driver \`mongo\` and its \`uri\` |
| \`REDIS_URL\` | \`storage.short_lived\`: the driver \`redis\` and its \`uri\` |
| \`SMTP_URL\` | \`mail\`: the transport \`smtp\` and its \`url\` |
| \`DOUBLELOCK_ENCRYPTION_KEY\` | \`secrets.encryption\`: \`id:key\`, or a key alone (its id is made from its digest); several separated by commas or lines |
| \`DOUBLELOCK_COOKIE_KEY\` | \`secrets.cookies\`: one key, or several separated by commas or lines |
| \`DOUBLELOCK_SIGNING_KEYS\` | \`secrets.signing\`: a JSON Web Key Set |
| \`LOG_LEVEL\` | how much is logged: \`fatal\` \`error\` \`warn\` \`info\` (the default) \`debug\` \`trace\` \`silent\` |
`;

export function reference(schema: JsonSchema): string {
  const sections = Object.entries(propertiesOf(schema));
  const plain = sections.filter(([, section]) => rowsOf([], section).length === 0);
  const deep = sections.filter(([, section]) => rowsOf([], section).length > 0);
  return [
    TITLE,
    '## General\n',
    table(plain.map(([key, section]) => row(key, section, false))),
    ...deep.flatMap(([key, section]) => [
      `## \`${key}\`\n\n${section.description}${section.type === 'array' ? ' A list; none by default.' : ''}\n`,
      table(rowsOf([], section)),
    ]),
  ]
    .join('\n')
    .concat(ENVIRONMENT);
}

/** One row for each value, whatever the depth; the path is relative to the section. */
function rowsOf(path: Path, schema: JsonSchema): string[] {
  const holder = schema.type === 'array' && isMap(schema.items) ? schema.items : schema;
  const variants = Array.isArray(holder.oneOf) ? holder.oneOf.filter(isMap) : [holder];
  return variants.flatMap((variant) => {
    const required = Array.isArray(variant.required) ? variant.required : [];
    const properties = propertiesOf(variant);
    return Object.entries(properties).flatMap(([key, property]) => {
      if (key.endsWith('_file')) return [];
      const below = rowsOf([...path, listed(key, property)], nonNull(property));
      const concurrent = `${key}_file` in properties ? `\`, \`…_file` : '';
      const name = `${[...path, key].join('.')}${concurrent}`;
      return below.length > 0
        ? [...about(name, property), ...below]
        : [row(name, property, required.includes(key))];
    });
  });
}

/** What is said of a map or of a list of them, before its keys. */
function about(name: string, { description }: JsonSchema): string[] {
  return description === undefined ? [] : [`| \`${name}\` | | | ${description} |`];
}

function row(key: string, schema: JsonSchema, required: boolean): string {
  const fallback = required ? '*required*' : 'default' in schema ? code(schema.default) : '';
  return `| \`${key}\` | ${typeOf(nonNull(schema))} | ${fallback} | ${schema.description ?? ''} |`;
}

function table(rows: readonly string[]): string {
  return ['| key | type | default | meaning |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function typeOf(schema: JsonSchema): string {
  if ('const' in schema) return code(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map(code).join(' ');
  if (schema.type === 'array') {
    const item = isMap(schema.items) ? typeOf(schema.items) : 'map';
    return `list of ${item === 'text' ? 'texts' : item === 'map' ? 'maps' : item}`;
  }
  if (schema.type === 'object') {
    return isMap(schema.additionalProperties) ? `map of ${typeOf(schema.additionalProperties)}` : 'map';
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  const name = { string: 'text', integer: 'whole number', boolean: '`true` `false`' }[String(type)];
  return `${name ?? type}${range(schema)}`;
}

function range({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const from = exclusiveMinimum === undefined ? minimum : `more than ${exclusiveMinimum}`;
  return typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? `, ${from} to ${maximum}` : '';
}

function nonNull(schema: JsonSchema): JsonSchema {
  const options = Array.isArray(schema.anyOf) ? schema.anyOf.filter(isMap) : [];
  return options.find((option) => option.type !== 'null') ?? schema;
}

function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return isMap(schema.properties) ? (schema.properties as Record<string, JsonSchema>) : {};
}

function listed(key: string, schema: JsonSchema): string {
  return nonNull(schema).type === 'array' ? `${key}[]` : key;
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
