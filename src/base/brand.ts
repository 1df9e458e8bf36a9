declare const tag: unique symbol

/** A number or string that must not be mixed with others of the same primitive type. */
export type Brand<T, Name extends string> = T & { readonly [tag]: Name }
