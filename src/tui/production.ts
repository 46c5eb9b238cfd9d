/**
 * Imported before React is. Its development build notes every drawing in Node's performance timeline and never forgets
 * one: a view that is redrawn ten times a second for an hour would fill the memory.
 */
process.env.NODE_ENV ??= 'production'
