export const answer = () => 'alone';
