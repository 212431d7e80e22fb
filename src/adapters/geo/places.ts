/** The places of IP addresses, from an operator's file in the MaxMind DB format. It is read into memory once. */
import { readFile } from 'node:fs/promises';
import { type CityResponse, Reader } from 'mmdb-lib';
import type { PlaceOf } from '../../domain/self-service/origin.ts';

/** Null: there is no file, and no place is known. Rejects with one line for a file that can't be read. */
export async function openPlaces(path: string | null): Promise<PlaceOf> {
  if (path === null) return () => null;
  const reader = await open(path);
  return (ip) => {
    try {
      const found = reader.get(ip);
      const city = textOf(found?.city?.names?.en);
      const country = textOf(found?.country?.iso_code);
      return city === null && country === null ? null : { city, country };
    } catch {
      // The address is malformed, or the file is damaged there: the page shows the network.
      return null;
    }
  };
}

async function open(path: string): Promise<Reader<CityResponse>> {
  try {
    return new Reader<CityResponse>(await readFile(path));
  } catch (error) {
    throw new Error(`geo.database: ${path} cannot be read as a MaxMind DB file`, { cause: error });
  }
}

/** A file of another maker may hold other values there. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
