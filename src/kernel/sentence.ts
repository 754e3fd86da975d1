/** Ends of sentences, for messages that are put together from parts. Pure. */

/** `text` as a sentence: with a full stop, unless it ends one already. */
export const asSentence = (text: string): string => (/[.?!]$/.test(text) ? text : `${text}.`)

/** `text` without its full stop, to go on after it. */
export const withoutStop = (text: string): string => text.replace(/\.$/, '')
