export function packageFiles(): Record<string, string>
