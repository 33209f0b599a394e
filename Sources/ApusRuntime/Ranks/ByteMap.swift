/// What is known of each byte of an arena, as ranges.
struct ByteMap<Value: Equatable> {
    /// One behind the other, from the first byte to the last.
    private(set) var entries: [Entry]

    struct Entry {
        var bytes: Range<Int>
        var value: Value
    }

    init(_ count: Int, _ value: Value) { entries = count > 0 ? [Entry(bytes: 0..<count, value: value)] : [] }

    /// The entries of a range of bytes, cut off at its ends. Logarithmic, and linear in their number.
    func entries(in bytes: Range<Int>) -> [Entry] {
        guard !bytes.isEmpty else { return [] }
        return entries[place(of: bytes.lowerBound)...].prefix { $0.bytes.lowerBound < bytes.upperBound }.map {
            Entry(bytes: $0.bytes.clamped(to: bytes), value: $0.value)
        }
    }

    /// Changes what is known of a range of bytes; linear in the number of entries.
    mutating func update(_ bytes: Range<Int>, _ change: (inout Value) -> Void) {
        guard !bytes.isEmpty else { return }
        let first = place(of: bytes.lowerBound)
        var end = first
        var changed: [Entry] = []
        func append(_ entry: Entry) {
            if entry.bytes.isEmpty { return }
            if let last = changed.last, last.value == entry.value {
                changed[changed.count - 1].bytes = last.bytes.lowerBound..<entry.bytes.upperBound
            } else {
                changed.append(entry)
            }
        }
        while end < entries.count, entries[end].bytes.lowerBound < bytes.upperBound {
            let entry = entries[end]
            let inner = entry.bytes.clamped(to: bytes)
            append(Entry(bytes: entry.bytes.lowerBound..<inner.lowerBound, value: entry.value))
            var value = entry.value
            change(&value)
            append(Entry(bytes: inner, value: value))
            append(Entry(bytes: inner.upperBound..<entry.bytes.upperBound, value: entry.value))
            end += 1
        }
        entries.replaceSubrange(first..<end, with: changed)
    }

    mutating func set(_ bytes: Range<Int>, to value: Value) { update(bytes) { $0 = value } }

    /// The number of the entry that a byte is in.
    private func place(of byte: Int) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].bytes.upperBound <= byte { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
