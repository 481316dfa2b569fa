/** Word, valence (bad to good), arousal (calm to stirred); each from -1 to 1. Grouped by where they lie; the pleasant and the painful balance. */
const feelings = `
  grateful 0.7 0         delighted 0.7 0.3      playful 0.6 0.4       alive 0.5 0.4          peaceful 0.5 -0.5
  astonished 0.4 0.5     restless -0.2 0.4      tired -0.2 -0.5       overwhelmed -0.3 0.5

  joy 0.8 0.5            joyful 0.8 0.5         happy 0.7 0.3         happiness 0.7 0.3      glad 0.6 0.2
  cheerful 0.6 0.4       excited 0.6 0.7        excitement 0.6 0.7    exhilarated 0.7 0.8    elated 0.8 0.7
  ecstatic 0.8 0.8       thrilled 0.7 0.7       eager 0.5 0.5         enthusiastic 0.6 0.6   inspired 0.6 0.5
  amused 0.5 0.3         amazed 0.5 0.5         awed 0.5 0.3          awe 0.5 0.3            wonder 0.5 0.3
  surprised 0.2 0.6      curious 0.4 0.3        curiosity 0.4 0.3     fascinated 0.5 0.4     intrigued 0.4 0.3
  hopeful 0.5 0.2        hope 0.5 0.2           proud 0.6 0.3         pride 0.5 0.3          brave 0.4 0.4
  triumphant 0.7 0.6     passionate 0.5 0.6     energised 0.5 0.6     energized 0.5 0.6      lively 0.5 0.5
  mischievous 0.4 0.5    loving 0.7 0.1         love 0.7 0.2          adoring 0.7 0.2        affectionate 0.6 0.1
  determined 0.3 0.4     confident 0.5 0.2      bold 0.4 0.4          radiant 0.7 0.3        giddy 0.5 0.6

  calm 0.4 -0.6          serene 0.6 -0.6        tranquil 0.5 -0.6     relaxed 0.5 -0.6       content 0.5 -0.3
  contented 0.5 -0.3     contentment 0.5 -0.3   satisfied 0.5 -0.2    fulfilled 0.6 -0.1     thankful 0.7 0
  gratitude 0.7 0        tender 0.5 -0.2        tenderness 0.5 -0.2   gentle 0.4 -0.4        soothed 0.5 -0.5
  comforted 0.5 -0.4     comfortable 0.4 -0.4   safe 0.5 -0.4         secure 0.4 -0.3        trusting 0.5 -0.2
  relieved 0.5 -0.3      relief 0.5 -0.3        rested 0.4 -0.5       refreshed 0.5 0.1      settled 0.3 -0.4
  grounded 0.4 -0.3      steady 0.3 -0.3        patient 0.3 -0.4      accepting 0.3 -0.3     forgiving 0.4 -0.2
  compassionate 0.5 -0.1 reverent 0.4 -0.2      mellow 0.3 -0.5       dreamy 0.3 -0.4        cosy 0.5 -0.4
  cozy 0.5 -0.4          cherished 0.7 0        humbled 0.3 -0.1      moved 0.4 0.2          touched 0.4 0.1

  anger -0.6 0.7         angry -0.6 0.7         furious -0.7 0.9      rage -0.7 0.9          enraged -0.8 0.9
  outraged -0.7 0.8      mad -0.5 0.6           irritated -0.4 0.5    irritable -0.4 0.4     annoyed -0.4 0.4
  frustrated -0.5 0.5    frustration -0.5 0.5   resentful -0.5 0.3    resentment -0.5 0.3    bitter -0.5 0.2
  hostile -0.6 0.5       jealous -0.5 0.4       envious -0.4 0.3      contempt -0.5 0.2      disgusted -0.6 0.4
  disgust -0.6 0.4       fear -0.6 0.7          afraid -0.6 0.6       scared -0.6 0.7        frightened -0.6 0.7
  terrified -0.8 0.9     terror -0.8 0.9        panic -0.7 0.9        panicked -0.7 0.9      horrified -0.8 0.7
  dread -0.6 0.4         anxious -0.5 0.6       anxiety -0.5 0.6      worried -0.4 0.4       nervous -0.3 0.5
  uneasy -0.3 0.3        tense -0.3 0.5         stressed -0.5 0.6     agitated -0.4 0.6      alarmed -0.4 0.7
  distressed -0.6 0.5    distress -0.6 0.5      desperate -0.7 0.6    anguish -0.8 0.5       anguished -0.8 0.5
  shocked -0.4 0.7       confused -0.2 0.3      bewildered -0.2 0.4   embarrassed -0.4 0.4    ashamed -0.6 0.1
  shame -0.6 0.1         guilty -0.5 0.2        guilt -0.5 0.2        impatient -0.3 0.5     suspicious -0.3 0.3
  betrayed -0.7 0.4      humiliated -0.7 0.4    threatened -0.5 0.6   trapped -0.6 0.4       conflicted -0.3 0.3
  vulnerable -0.2 0.1    torn -0.3 0.3          unsettled -0.3 0.3    insecure -0.4 0.2      exasperated -0.4 0.5

  grief -0.7 -0.2        grieving -0.7 -0.2     sad -0.5 -0.3         sadness -0.5 -0.3      sorrow -0.6 -0.3
  sorrowful -0.6 -0.3    mournful -0.5 -0.3     mourning -0.6 -0.3    heartbroken -0.8 0.1   despair -0.8 -0.2
  despairing -0.8 -0.2   hopeless -0.7 -0.4     helpless -0.6 -0.2    depressed -0.7 -0.5    miserable -0.7 -0.2
  gloomy -0.5 -0.4       melancholy -0.3 -0.4   melancholic -0.3 -0.4 wistful -0.1 -0.3      nostalgic 0.1 -0.2
  homesick -0.4 -0.1     loneliness -0.6 -0.3   lonely -0.6 -0.3      isolated -0.5 -0.3     abandoned -0.7 -0.1
  forgotten -0.5 -0.3    rejected -0.6 0        unwanted -0.6 -0.2    misunderstood -0.4 0   disappointed -0.5 -0.2
  disappointment -0.5 -0.2 discouraged -0.5 -0.3 defeated -0.6 -0.4   dejected -0.6 -0.4     regret -0.5 -0.1
  regretful -0.5 -0.1    remorse -0.6 0         hurt -0.6 0.1         wounded -0.6 0.1       exhausted -0.4 -0.6
  weary -0.3 -0.5        drained -0.4 -0.6      fatigued -0.3 -0.6    listless -0.3 -0.6     lethargic -0.3 -0.7
  bored -0.3 -0.5        boredom -0.3 -0.5      apathetic -0.4 -0.6   indifferent -0.2 -0.4  numb -0.4 -0.6
  detached -0.2 -0.4     withdrawn -0.3 -0.4    resigned -0.3 -0.4    pensive 0 -0.3         longing -0.2 0.1
`;

/** Words that say a mood when they are given as one, and mostly something else in running text: "an open door", "still here". */
const everyday = `
  warm 0.6 -0.1          quiet 0.2 -0.5         still 0.2 -0.7        heavy -0.3 -0.1        open 0.4 0.1
  light 0.4 0.1          full 0.4 0.1           home 0.4 -0.3         soft 0.3 -0.4          clear 0.3 0
  bright 0.5 0.3         slow 0.1 -0.5          focused 0.3 0.2       present 0.3 -0.1       whole 0.5 -0.1
  free 0.6 0.2           dark -0.3 -0.1         cold -0.3 -0.1        empty -0.4 -0.5        flat -0.3 -0.5
  lost -0.4 0            low -0.4 -0.4          raw -0.3 0.3          sharp -0.1 0.4         broken -0.6 -0.1
  alone -0.3 -0.2        blue -0.4 -0.3         down -0.4 -0.4        stuck -0.4 0.1         uncertain -0.2 0.2
  strange -0.1 0.2       sleepy 0 -0.6          awake 0.2 0.3         ready 0.3 0.3          busy 0 0.4
`;

/** Where a word lies. */
export type Affect = readonly [valence: number, arousal: number];

const read = (table: string): [string, Affect][] =>
  Array.from(table.matchAll(/(\S+) +(-?[\d.]+) +(-?[\d.]+)/g), ([, word, valence, arousal]) => [
    word!,
    [Number(valence), Number(arousal)],
  ]);

/** Words of feeling, which count wherever they stand. */
export const feelingWords: ReadonlyMap<string, Affect> = new Map(read(feelings));
/** These, and the everyday words that count only where a mood is named. */
export const moodWords: ReadonlyMap<string, Affect> = new Map([...read(feelings), ...read(everyday)]);
