/** Inserts rows by column names, since a newer release may add columns to an open file. */

/** Each parameter is called as its column. */
export function insertInto(table: string, columns: readonly string[]): string {
  const parameters = columns.map((column) => `:${column}`);
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${parameters.join(', ')})`;
}

/** A row of that key takes the values if there is one. Its other columns stay. */
export function putInto(table: string, key: string, columns: readonly string[]): string {
  const taken = columns.filter((column) => column !== key).map((column) => `${column} = excluded.${column}`);
  return `${insertInto(table, columns)} ON CONFLICT (${key}) DO UPDATE SET ${taken.join(', ')}`;
}
