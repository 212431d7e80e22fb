/** Fills the placeholders of a gateway's request, with the escaping that each place needs. */

/** Values by the name that stands in braces. */
export type Values = Readonly<Record<string, string>>;

type Escape = (value: string) => string;

const PLACE = /\{([a-z_]+)\}/g;

/** By the media type, without its parameters. */
const ESCAPES: Readonly<Record<string, Escape>> = {
  'application/json': (value) => JSON.stringify(value).slice(1, -1),
  'application/x-www-form-urlencoded': encodeURIComponent,
  'application/xml': forXml,
  'text/xml': forXml,
  'text/plain': (value) => value,
};

/** Everything that separates one part of an address from another is taken away from the value. */
export const forUrl: Escape = encodeURIComponent;

/** Throws for a type that it can't write safely. */
export function escapeFor(contentType: string): Escape {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const found = ESCAPES[type];
  if (found === undefined) throw new Error(`the content type ${type} of an SMS request is not known`);
  return found;
}

/** Throws for a place that nothing is known for: nothing is sent with a hole in it. */
export function filled(template: string, values: Values, escaped: Escape): string {
  return template.replace(PLACE, (place, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new Error(`${place} of an SMS request is not known`);
    return escaped(value);
  });
}

/** XML 1.0, 2.2 and 2.4: within text and attributes alike. Controls can't stand in XML at all. */
function forXml(value: string): string {
  return value
    .replace(/[^\P{Cc}\t\n\r]/gu, ' ')
    .replace(/[&<>"'\n\r\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}
