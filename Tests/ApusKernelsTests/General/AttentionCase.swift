import ApusInstructions
import Glibc

/// Random attention, and what plain loops in double precision give.
struct AttentionCase: CustomStringConvertible {
    let samples: Int
    var parameters: AttentionParameters
    let lengths: [Int32]?
    var query: [Double]
    var key: [Double]
    var value: [Double]
    let mask: [Double]?

    var description: String { "\(samples) samples, \(parameters), lengths \(lengths ?? [])" }

    init(_ random: inout SeededGenerator, largest: Int) {
        let keyHeads = random.int(1...2)
        let heads = keyHeads * random.int(1...2)
        func extent(_ maximum: Int) -> Int { random.chance(5) ? 0 : random.chance(10) ? 1 : random.int(1...maximum) }
        let (queries, keys) = (extent(largest), extent(largest))
        let (size, valueSize) = (extent(min(20, largest)), extent(min(40, largest)))
        let samples = random.int(1...2)
        self.samples = samples
        parameters = AttentionParameters(
            heads: heads, queries: queries, keys: keys, size: size, valueSize: valueSize, scale: 0.5)
        parameters.keyHeads = Int32(keyHeads)
        func layout(_ heads: Int, _ rows: Int, _ size: Int) -> HeadLayout {
            let gap = random.int(0...2)
            return random.chance(50)
                ? HeadLayout(
                    rowStride: heads * size + gap, headStride: size, sampleStride: rows * (heads * size + gap))
                : HeadLayout(
                    rowStride: size + gap, headStride: rows * (size + gap), sampleStride: heads * rows * (size + gap))
        }
        parameters.query = layout(heads, queries, size)
        parameters.key = layout(keyHeads, keys, size)
        parameters.value = layout(keyHeads, keys, valueSize)
        parameters.output = layout(heads, queries, valueSize)
        parameters.causal = Int32(random.int(0...1))
        parameters.causalOffset = Int32(random.int(-1...3))
        lengths = random.chance(40) ? (0..<samples).map { _ in Int32(random.int(-1...keys + 1)) } : nil
        func numbers(_ layout: HeadLayout) -> [Double] {
            random.floats(samples * Int(layout.sampleStride), in: -1.5...1.5).map { Double($0) }
        }
        (query, key, value) = (numbers(parameters.query), numbers(parameters.key), numbers(parameters.value))
        if random.chance(60) {
            // A mask for all, for each sample, or for each head of each, whose keys may be shared or apart.
            let step = [0, 1, 1, 2][random.int(0...3)]
            let (row, kind) = (max(keys * step, 1), random.int(0...2))
            parameters.mask = HeadLayout(
                rowStride: row, headStride: kind == 2 ? queries * row : 0,
                sampleStride: kind == 0 ? 0 : queries * row * (kind == 2 ? heads : 1))
            parameters.maskKeyStride = Int32(step)
            mask = (0..<samples * heads * queries * row).map { _ in
                random.chance(15) ? -.infinity : Double(Float.random(in: -1...1, using: &random))
            }
        } else {
            mask = nil
        }
    }

    /// One head of one sample, with ones everywhere.
    init(queries: Int, keys: Int, size: Int) {
        samples = 1
        parameters = AttentionParameters(
            heads: 1, queries: queries, keys: keys, size: size, valueSize: size, scale: 1)
        (lengths, mask) = (nil, nil)
        query = .init(repeating: 1, count: queries * size)
        key = .init(repeating: 1, count: keys * size)
        value = key
    }

    /// The output, and the logarithms of the rows.
    func reference() -> (output: [Double?], logarithms: [Double]) {
        let sizes = parameters
        var output = [Double?](repeating: nil, count: samples * Int(sizes.output.sampleStride))
        var logarithms: [Double] = []
        for sample in 0..<samples {
            let length = min(max(lengths.map { Int($0[sample]) } ?? Int(sizes.keys), 0), Int(sizes.keys))
            for head in 0..<Int(sizes.heads) {
                let keyHead = head / Int(sizes.heads / sizes.keyHeads)
                for row in 0..<Int(sizes.queries) {
                    let visible =
                        sizes.causal == 1 ? min(length, max(0, row + Int(sizes.causalOffset) + 1)) : length
                    let powers = (0..<visible).map { column in
                        let product = (0..<Int(sizes.size)).reduce(0.0) {
                            $0 + query[sizes.query.index(sample, head, row, $1)]
                                * key[sizes.key.index(sample, keyHead, column, $1)]
                        }
                        let masked =
                            mask.map {
                                $0[sizes.mask.index(sample, head, row, column * Int(sizes.maskKeyStride))]
                            } ?? 0
                        return exp(Double(sizes.scale) * product + masked)
                    }
                    let sum = powers.reduce(0, +)
                    logarithms.append(log(sum))
                    for element in 0..<Int(sizes.valueSize) {
                        let weighted = (0..<visible).reduce(0.0) {
                            $0 + powers[$1] * value[sizes.value.index(sample, keyHead, $1, element)]
                        }
                        output[sizes.output.index(sample, head, row, element)] = sum == 0 ? 0 : weighted / sum
                    }
                }
            }
        }
        return (output, logarithms)
    }
}

extension HeadLayout {
    func index(_ sample: Int, _ head: Int, _ row: Int, _ element: Int) -> Int {
        sample * Int(sampleStride) + head * Int(headStride) + row * Int(rowStride) + element
    }
}
