import Testing

@testable import Search

@Suite("The seeded generator")
struct SeededGeneratorTests {
    @Test("seeds with SplitMix64 as published")
    func splitMix() {
        var generator = SplitMix64(state: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in generator.next() } == expected)
    }

    @Test("is xoshiro256** as published")
    func xoshiro() {
        var generator = SeededGenerator(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360, 607_988_272_756_665_600,
            16_172_922_978_634_559_625, 8_476_171_486_693_032_832, 10_595_114_339_597_558_777,
            2_904_607_092_377_533_576,
        ]
        #expect(expected.map { _ in generator.next() } == expected)
    }

    /// Computed by an independent implementation in Python. If this fails, the change breaks the reproducibility of
    /// every job ever run: change the code back, not the numbers.
    @Test(
        "keeps its sequence for ever",
        arguments: [
            (0, 0, [0x30bb_94d2_8b7a_b90c, 0x16a1_7f40_c767_e533, 0xe3e4_b8ec_5f52_5c28, 0x9301_031e_68b6_fa0c]),
            (42, 0, [0x4fa2_5718_4348_bb94, 0x7c2c_9a11_c6af_5cf1, 0x74a4_342d_6693_dd9d, 0x24aa_4e0a_755d_6680]),
            (42, 1, [0xc986_fd80_7e5b_8ab5, 0xe071_ea15_f196_64d1, 0x7286_2413_7f1e_7291, 0x1a32_0ab3_31d4_8e7d]),
            (42, .max, [0x2311_66f8_9941_cfb9, 0xb06e_cf7a_ade9_d1e5, 0x44d1_b0d8_0814_a5a5, 0x2f02_c8ee_570f_8d4c]),
            (.max, 7, [0x38d9_9fd2_51fd_b3aa, 0xb7e0_a58c_02f1_a08a, 0x0314_bded_dec9_c53a, 0xae21_e6d4_e3ac_c350]),
        ] as [(UInt64, Int, [UInt64])]
    )
    func pinned(seed: UInt64, stream: Int, expected: [UInt64]) {
        var generator = SeededGenerator(seed: seed, stream: stream)
        #expect(expected.map { _ in generator.next() } == expected)
    }

    @Test("turns bits into fractions the same way for ever")
    func pinnedFractions() {
        var generator = SeededGenerator(seed: 42)
        #expect(generator.unit() == 0.3110708650813504)
        #expect(generator.unit() == 0.48505556997286925)
        #expect(generator.unit() == 0.455630551418451)
    }

    @Test(
        "makes seeds of texts with FNV-1a",
        arguments: [("", 0xcbf2_9ce4_8422_2325), ("foobar", 0x8594_4171_f739_67e8)]
    )
    func textSeeds(text: String, expected: UInt64) {
        #expect(SeededGenerator.seed(from: text) == expected)
    }

    @Test("never starts two streams of a seed alike")
    func streamsDiffer() {
        var starts: Set<UInt64> = []
        for stream in 0..<10_000 {
            var generator = SeededGenerator(seed: 1, stream: stream)
            starts.insert(generator.next())
        }
        #expect(starts.count == 10_000)
    }

    @Test("answers 0 where there is nothing to choose", arguments: [0, 1] as [UInt64])
    func noChoice(bound: UInt64) {
        var generator = SeededGenerator(seed: 1)
        #expect(generator.below(bound) == 0)
    }

    @Test(
        "stays below any bound, and reaches both ends of it",
        arguments: [2, 3, 10, 1 << 33, 1 << 63, (1 << 63) + 1, .max] as [UInt64]
    )
    func bounds(bound: UInt64) {
        var generator = SeededGenerator(seed: 5)
        let draws = (0..<2000).map { _ in generator.below(bound) }
        #expect(draws.allSatisfy { $0 < bound })
        #expect(draws.contains { $0 < bound / 2 + bound % 2 } && draws.contains { $0 >= bound / 2 })
    }

    @Test("favours no number where rejection matters most")
    func unbiased() {
        // Four draws share three results of a bound of ¾·2^64: without rejection every third result comes twice as often.
        var generator = SeededGenerator(seed: 11)
        let bound: UInt64 = 3 << 62
        var thirds = [0, 0, 0]
        for _ in 0..<30_000 {
            thirds[Int(generator.below(bound) % 3)] += 1
        }
        #expect(Statistics.chiSquared(thirds, expected: [10_000, 10_000, 10_000]) < Statistics.limit(degrees: 2))
    }
}
