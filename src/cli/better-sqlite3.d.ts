// Loaded only where a host has it; we do not depend on it, so its types may be missing.
declare module 'better-sqlite3'
