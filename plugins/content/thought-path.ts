/** Whether a path of the home is a thought: a markdown file right in `thoughts/`, but not its README. */
export const isThought = (path: string): boolean => /^thoughts\/(?!readme\.md$)[^/]+\.md$/i.test(path);
