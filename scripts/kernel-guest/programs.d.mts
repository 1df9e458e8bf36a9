export function programFiles(...programs: string[]): Record<string, string>
