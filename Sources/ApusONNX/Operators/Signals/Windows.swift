import ApusGraph
import Glibc

extension OperatorTable {
    static let windows: [OperatorEntry] = [
        window("HannWindow") { 0.5 - 0.5 * cos($0) },
        window("HammingWindow") { 25 / 46 - 21 / 46 * cos($0) },
        window("BlackmanWindow") { 0.42 - 0.5 * cos($0) + 0.08 * cos(2 * $0) },
        OperatorEntry("MelWeightMatrix", since: 17) { node throws(NodeFailure) in try node.takeMelWeights() },
    ]

    /// A window of a known size.
    ///
    /// - Parameter value: at an angle from 0 at the first place to 2π behind the last one.
    private static func window(_ name: String, _ value: @escaping @Sendable (Double) -> Double) -> OperatorEntry {
        OperatorEntry(name, since: 17) { node throws(NodeFailure) in
            let elementType = try node.optionalElementType("output_datatype") ?? .f32
            let isPeriodic = try node.flag("periodic", default: true)
            let size = try node.integers(0, "the size of the window").first ?? 0
            guard (1...NodeImport.signalLimit).contains(size) else { throw node.failure("its size is \(size)") }
            let period = Double(isPeriodic ? size : max(size - 1, 1))
            let values = (0..<size).map { value(2 * .pi * Double($0) / period) }
            try node.finish(TensorSource(Tensor(.f64, shape: [size], elements: values).converted(to: elementType)))
        }
    }
}

extension NodeImport {
    /// Elements of a window or matrix that is written out; more are a mistake, or malice.
    fileprivate static let signalLimit = 1 << 20

    /// Triangles over the bins of a spectrum, at equal distances on the scale of mels, 2595 · log10(1 + f / 700).
    fileprivate mutating func takeMelWeights() throws(NodeFailure) {
        let elementType = try optionalElementType("output_datatype") ?? .f32
        var known: [Double] = []
        for index in 0..<5 { known += try tensor(index, "a parameter of the matrix").elements.prefix(1) }
        guard known.count == 5, known.allSatisfy({ $0.isFinite && $0.magnitude < 0x1p31 }), known[2] >= 1,
            known[0] >= 1, known[1] >= 1, known[3] >= 0, known[4] > known[3]
        else { throw failure("its parameters are \(known)") }
        let (count, bins) = (Int(known[0]), Int(known[1]) / 2 + 1)
        guard count * bins <= Self.signalLimit else { throw failure("its \(count) mels of \(bins) bins are too many") }
        let (lowest, highest) = (log1p(known[3] / 700), log1p(known[4] / 700))
        let step = (highest - lowest) / Double(count + 2)
        var corners: [Int] = []
        for index in 0..<count + 2 {
            let frequency = 700 * expm1(lowest + Double(index) * step)
            corners.append(Int(((known[1] + 1) * frequency / known[2]).rounded(.down)))
        }
        guard corners.dropLast().allSatisfy({ (0..<bins).contains($0) }), corners[count + 1] <= bins else {
            throw failure("its \(count) mels don't fit \(bins) bins")
        }
        var weights = [Double](repeating: 0, count: bins * count)
        for mel in 0..<count {
            let (left, center, right) = (corners[mel], corners[mel + 1], corners[mel + 2])
            for bin in stride(from: left, to: right, by: 1) {
                weights[bin * count + mel] =
                    bin < center
                    ? Double(bin - left) / Double(center - left) : Double(right - bin) / Double(right - center)
            }
            weights[center * count + mel] = 1
        }
        let matrix = Tensor(.f64, shape: [bins, count], elements: weights)
        try finish(TensorSource(matrix.converted(to: elementType)))
    }
}
