/*
 * The generator philox4x32-10/sfc32 before TestU01's batteries: one stream of words is made of
 * the words of many strips, in an order that would show dependence between strips if there were any.
 *
 * Written from the definition in README.md, apart from the TypeScript, so that `crush check`
 * tells the two implementations' misreadings from each other.
 */
#include <TestU01.h>

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 1024, WORDS_OF_A_LAYER = 16, WORDS_OF_A_NARROW_LAYER = 4, WORDS_OF_A_STRIP = 1024 };
enum { BUFFER = LANES * WORDS_OF_A_LAYER };
enum { MOST_TESTS = 256 };

typedef struct {
  uint32_t a, b, c, counter;
} Sfc32;

static inline Sfc32 open_strip(uint64_t seed, uint32_t replica, uint32_t layer, uint32_t strip) {
  uint32_t c0 = strip, c1 = 0, c2 = replica, c3 = layer;
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t p0 = UINT64_C(0xd2511f53) * c0, p1 = UINT64_C(0xcd9e8d57) * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9e3779b9;
    k1 += 0xbb67ae85;
  }
  /* No warm-up: a step is a bijection of the 128-bit state, so a uniform state stays uniform. */
  return (Sfc32){c0, c1, c2, c3};
}

static inline uint32_t next_word(Sfc32 *s) {
  const uint32_t out = s->a + s->b + s->counter;
  s->counter += 1;
  s->a = s->b ^ (s->b >> 9);
  s->b = s->c + (s->c << 3);
  s->c = (s->c << 21 | s->c >> 11) + out;
  return out;
}

/* TestU01 calls a function of no arguments, so the position lies in static variables. */
static uint64_t seed;
static uint32_t buffer[BUFFER];
static size_t used = BUFFER;

static void fill_stream(void) {
  static Sfc32 state;
  static int opened = 0;
  if (!opened) state = open_strip(seed, 0, 1, 0);
  opened = 1;
  for (int i = 0; i < BUFFER; i++) buffer[i] = next_word(&state);
}

/* The kernel's lanes: neighbouring words come from neighbouring replicas. */
static void fill_replicas(void) {
  static uint32_t layer = 0;
  Sfc32 lane[LANES];
  layer++;
  for (int replica = 0; replica < LANES; replica++)
    lane[replica] = open_strip(seed, (uint32_t)replica, layer, 0);
  for (int n = 0; n < WORDS_OF_A_LAYER; n++)
    for (int replica = 0; replica < LANES; replica++)
      buffer[n * LANES + replica] = next_word(&lane[replica]);
}

/* The narrowest networks: so few words a layer that the seeding decides nearly everything. */
static void fill_layers(void) {
  static uint32_t replica = 0, layer = 0;
  for (int i = 0; i < BUFFER; i += WORDS_OF_A_NARROW_LAYER) {
    if (++layer == 0) {
      layer = 1;
      replica++;
    }
    Sfc32 state = open_strip(seed, replica, layer, 0);
    for (int n = 0; n < WORDS_OF_A_NARROW_LAYER; n++) buffer[i + n] = next_word(&state);
  }
}

static void fill_strips(void) {
  static uint32_t strip = 0;
  for (int i = 0; i < BUFFER; i += WORDS_OF_A_STRIP) {
    Sfc32 state = open_strip(seed, 0, 1, strip++);
    for (int n = 0; n < WORDS_OF_A_STRIP; n++) buffer[i + n] = next_word(&state);
  }
}

static const struct {
  const char *name;
  void (*fill)(void);
} ORDERS[] = {
    {"stream", fill_stream},
    {"replicas", fill_replicas},
    {"layers", fill_layers},
    {"strips", fill_strips},
};
enum { ORDER_COUNT = sizeof ORDERS / sizeof *ORDERS };

static void (*fill)(void);

static unsigned int next_buffered(void) {
  if (used == BUFFER) {
    fill();
    used = 0;
  }
  return buffer[used++];
}

/* Known answers for the TypeScript side, in the form of test/shared/random/known-answers.txt. */
static void print_known_answers(void) {
  static const struct {
    uint64_t seed;
    uint32_t replica, layer, strip;
  } CASES[] = {
      {0, 0, 0, 0},
      {0, 0, 1, 0},
      {UINT64_C(0x0123456789abcdef), 0, 1, 0},
      {UINT64_C(0x0123456789abcdef), 1, 1, 0},
      {UINT64_C(0x0123456789abcdef), 0, 2, 0},
      {UINT64_C(0x0123456789abcdef), 0, 1, 1},
      {UINT64_C(0x0123456789abcdef), 1000003, 9999999, 5},
      {UINT64_C(0xffffffffffffffff), 0xffffffff, 0xffffffff, 0xffffffff},
  };
  /* Word 1023 is here because a slip in the counter or the rotation may need a while to show. */
  printf("# sfc32  seed replica layer strip (hexadecimal)  words 0 to 7, word 1023\n");
  for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
    printf("sfc32  %016" PRIx64 " %08" PRIx32 " %08" PRIx32 " %08" PRIx32 " ", CASES[i].seed,
           CASES[i].replica, CASES[i].layer, CASES[i].strip);
    Sfc32 state = open_strip(CASES[i].seed, CASES[i].replica, CASES[i].layer, CASES[i].strip);
    for (int n = 0; n < 1024; n++) {
      const uint32_t word = next_word(&state);
      if (n < 8 || n == 1023) printf(" %08" PRIx32, word);
    }
    printf("\n");
  }
}

static void print_first_words(void) {
  printf("# ORDER  seed (hexadecimal)  words 0 to 7, words 16376 to 16383, words 16384 to 16391\n");
  for (int i = 0; i < ORDER_COUNT; i++) {
    seed = UINT64_C(0x0123456789abcdef);
    fill = ORDERS[i].fill;
    used = BUFFER;
    printf("%s  %016" PRIx64 " ", ORDERS[i].name, seed);
    for (int n = 0; n < BUFFER + 8; n++) {
      const uint32_t word = next_buffered();
      if (n < 8 || n >= BUFFER - 8) printf(" %08" PRIx32, word);
    }
    printf("\n");
  }
}

static int usage(void) {
  fprintf(stderr, "usage: crush check\n"
                  "       crush small|crush stream|replicas|layers|strips SEED [TEST ...]\n"
                  "TEST: the numbers of the only tests to run, as the report gives them\n");
  return 2;
}

int main(int count, char **words) {
  if (count == 2 && strcmp(words[1], "check") == 0) {
    print_known_answers();
    print_first_words();
    return 0;
  }
  if (count < 4) return usage();

  const int small = strcmp(words[1], "small") == 0;
  if (!small && strcmp(words[1], "crush") != 0) return usage();
  for (int i = 0; i < ORDER_COUNT; i++)
    if (strcmp(words[2], ORDERS[i].name) == 0) fill = ORDERS[i].fill;
  if (!fill) return usage();
  seed = strtoull(words[3], NULL, 0);

  int repetitions[MOST_TESTS] = {0};
  for (int i = 4; i < count; i++) {
    const int test = atoi(words[i]);
    if (test < 1 || test >= MOST_TESTS) return usage();
    repetitions[test] = 1;
  }

  /* A run takes most of an hour; whoever looks into the log should see how far it is. */
  setvbuf(stdout, NULL, _IOLBF, 0);
  char name[120];
  snprintf(name, sizeof name, "philox4x32-10/sfc32, order %s, seed %" PRIu64, words[2], seed);
  unif01_Gen *generator = unif01_CreateExternGenBits(name, next_buffered);
  if (count > 4)
    (small ? bbattery_RepeatSmallCrush : bbattery_RepeatCrush)(generator, repetitions);
  else
    (small ? bbattery_SmallCrush : bbattery_Crush)(generator);
  unif01_DeleteExternGenBits(generator);

  /* TestU01's summary shows only the suspect ones. */
  printf("All %d p-values:\n", bbattery_NTests);
  for (int i = 0; i < bbattery_NTests; i++)
    printf("%10.4g  %s\n", bbattery_pVal[i], bbattery_TestNames[i]);
  return 0;
}
