import TestSupport

/// The bytes of a plan file whose description and instructions are changed at random.
struct PlanBytes {
    private var bytes: [UInt8]
    /// Description and instructions; the constants are left as they are.
    private let sections: [Range<Int>]

    init(_ file: [UInt8]) {
        bytes = file
        sections = (0..<2).compactMap { PlanFileChecksums.section($0, of: file) }
    }

    private static let numbers: [UInt64] = [
        0, 1, 2, 3, 7, 255, 1 << 16, 1 << 24, 1 << 31, 1 << 32, 1 << 47, 1 << 48, .max,
    ]

    /// Changes one to four places, and says how.
    mutating func change(_ random: inout SplitMix64) -> String {
        var changes: [String] = []
        for _ in 0..<1 + random.next() % 4 {
            let section = sections[Int(random.next() % UInt64(sections.count))]
            let place = section.lowerBound + Int(random.next() % UInt64(section.count))
            if random.next() % 2 == 0 {
                bytes[place] = UInt8(truncatingIfNeeded: random.next() >> 20)
                changes.append("byte \(place) is \(bytes[place])")
            } else {
                // A number: most take 8 bytes, and begin anywhere.
                let value = Self.numbers[Int(random.next() % UInt64(Self.numbers.count))]
                for byte in 0..<min(8, section.upperBound - place) {
                    bytes[place + byte] = UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))
                }
                changes.append("the number at byte \(place) is \(value)")
            }
        }
        return changes.joined(separator: ", ")
    }

    /// The file with the checksums that its bytes have now.
    var mended: [UInt8] { PlanFileChecksums.mended(bytes) }
}
