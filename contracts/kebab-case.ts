/** `Parcel Carrier API` as `parcel-carrier-api`. */
export function kebabCase(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** Whether a name is kebab-case: it goes into paths, URLs and flags as it is. */
export function isKebabCase(name: string): boolean {
  return /^[a-z\d]+(?:-[a-z\d]+)*$/.test(name);
}
