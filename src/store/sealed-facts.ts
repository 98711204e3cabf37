/** The fact of the store that holds the key of the gallery, sealed with the master key. */
export const GALLERY_KEY_NAME = 'gallery_key'

/** Facts that are sealed with the master key, each bound to its name: a rotation seals them anew. */
export const SEALED_FACTS: readonly string[] = [GALLERY_KEY_NAME]
