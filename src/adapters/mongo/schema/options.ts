/** Common options of all schemas: a field or a condition that no schema knows is a fault, never ignored. */
export const OPTIONS = { strict: 'throw', strictQuery: 'throw', versionKey: false, id: false } as const;
