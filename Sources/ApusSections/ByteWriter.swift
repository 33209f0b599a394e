/// Appends little-endian numbers, names and lists.
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func write(_ number: some FixedWidthInteger) {
        for shift in stride(from: 0, to: number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    /// A number of double precision, by its bits.
    package mutating func write(_ number: Double) { write(number.bitPattern) }

    /// A size, count or offset.
    package mutating func write(count: Int) { write(Int64(count)) }

    package mutating func write(name: String) { write(bytes: Array(name.utf8)) }

    package mutating func write(bytes more: [UInt8]) {
        write(count: more.count)
        bytes += more
    }

    package mutating func write<Element>(list: [Element], _ body: (inout ByteWriter, Element) -> Void) {
        write(count: list.count)
        for element in list { body(&self, element) }
    }

    package mutating func append(contentsOf more: [UInt8]) { bytes += more }
}
