/// How nested loops are cut: one of them, the outermost with enough iterations.
struct LoopPartition {
    /// The number of the loop.
    let loop: Int
    private let iterations: Int
    private let unit: Int

    /// A loop with fewer iterations is passed over for one with more.
    private static let enough = 8

    /// - Parameter extents: of the loops, outermost first. Nil where none runs more than once.
    init?(_ extents: [Int]) {
        guard !extents.contains(0), let most = extents.max(), most > 1,
            let loop = extents.firstIndex(where: { $0 >= min(most, Self.enough) })
        else { return nil }
        self.loop = loop
        iterations = extents[loop]
        // Elements of the innermost loop are computed together.
        unit = extents[(loop + 1)...].allSatisfy { $0 == 1 } ? Partition.elementStep : 1
    }

    /// - Parameters:
    ///   - strideBytes: bytes from one iteration to the next, for each operand.
    ///   - parameters: the same loops with so many iterations of this one.
    func partition(
        strideBytes: [Int], parameters: @escaping @Sendable (_ iterations: Int) -> [UInt8]
    ) -> Partition {
        let (iterations, unit) = (iterations, unit)
        return Partition(.elements, units: (iterations + unit - 1) / unit) { units in
            let first = units.lowerBound * unit
            return Partition.Part(
                parameters: parameters(min(units.upperBound * unit, iterations) - first),
                offsets: strideBytes.map { $0 * first })
        }
    }
}

/// The numbers with another one in the place `index`.
func replacing(_ index: Int, of eight: Eight, with number: Int) -> Eight {
    var numbers = array(eight)
    numbers[index] = Int32(number)
    return (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[7])
}
