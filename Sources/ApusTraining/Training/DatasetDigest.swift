import ApusData
import ApusSections

extension Dataset {
    /// A checksum of all inputs and targets: other data has another, but by a chance of one in 2⁶⁴. O(bytes).
    var digest: UInt64 {
        (inputs + [targets]).reduce(UInt64(count)) { sum, column in
            let own = column.elements.withBytes { checksum($0) }
            return (sum &* 0x9E37_79B1_85EB_CA87 ^ own) &+ UInt64(column.sampleElements)
        }
    }
}
