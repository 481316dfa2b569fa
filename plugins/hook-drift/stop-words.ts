/** Words that hold a sentence together and say nothing of its subject; and the names of days and months, which come and go by themselves. */
const words = `
a about above across actually after again against ago ain't all almost alone along already also although always am among an and another
any anybody anyone anything anyway are aren't around as at away back be became because become becomes been before behind being below
between beyond both but by came can can't cannot come comes coming could couldn't did didn't do does doesn't doing don't done down during
each either else enough especially even ever every everybody everyone everything exactly few first for from full further gave get gets
getting give given gives giving go goes going gone got had hadn't half happen happened happens hardly has hasn't have haven't having he
he'd he'll he's her here here's hers herself him himself his how how's however i i'd i'll i'm i've if in indeed inside instead into is
isn't it it'd it'll it's its itself just keep keeps kept kind knew know known knows last later least less let let's like likely little long
longer look looked looking looks lot made make makes making many may maybe me mean means might mine more most much must mustn't my myself
near nearly need needed needs neither never new next no nobody none nor not nothing now of off often oh ok on once one one's ones only onto
or other others otherwise our ours ourselves out outside over own part perhaps put puts quite rather really right said same saw say saying
says second see seem seemed seems seen several shall she she'd she'll she's should shouldn't simply since so some somebody somehow someone
something sometimes somewhere soon sort still such sure take taken takes taking tell tells than that that's the their theirs them
themselves then there there's therefore these they they'd they'll they're they've thing things think thinking thinks this those though
thought thoughts through thus till to today together told tomorrow tonight too took toward towards tried try trying two three four five
six seven eight nine ten twice under unless until unto up upon us use used uses using usually very want wanted wants was wasn't way ways we
we'd we'll we're we've well went were weren't what what's whatever when where where's whether which while who who's whole whom whose why
will with within without won't would wouldn't write writes writing written wrote yes yesterday yet you you'd you'll you're you've your
yours yourself feel feels feeling felt find finds found left place turn turned turns word words work time times day days week weeks month
months year years hour hours minute minutes morning midmorning noon afternoon dusk evening night midnight session sessions
monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays january february
march april june july august september october november december
`;

const held = new Set(words.trim().split(/\s+/));

/** Whether a word, in lower case with straight apostrophes, says nothing of what is written about. */
export const isStopWord = (word: string): boolean => held.has(word);
