/** Thrown where a text is written in a way that an edit cannot follow; only `editDocument` catches it. */
export class Unwritable extends Error {}
