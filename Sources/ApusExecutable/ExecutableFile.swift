/// A program for Linux that is linked statically to fixed addresses, and has a note that a plan's place is written to.
///
/// The plan becomes a part of the program's memory that the system maps when it starts it: nothing is opened or read. Code that the
/// plan doesn't need is left out of the file, in whole pages; all that stays keeps its address, so that no link has to be made anew.
package struct ExecutableFile {
    private let bytes: [UInt8]
    private let segments: [ExecutableSegment]
    /// Where the note's contents are: an empty number of 4 bytes, the plan's address and size, and room for program headers.
    private let note: Range<Int>

    private static let page = 4096
    private static let headerBytes = 64
    private static let noteName: [UInt8] = Array("Apus\0".utf8)
    /// The note's type: `APUS`.
    private static let noteType = 0x5355_5041
    /// Where the program headers are in the note.
    private static let headersInNote = 20

    /// - Parameter name: what errors call the file.
    /// - Throws: ``ExecutableError`` where it is no such program.
    package init(_ bytes: [UInt8], name: String) throws(ExecutableError) {
        let isProgram =
            bytes.count >= Self.headerBytes && bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1])
            && bytes.number(at: 16, bytes: 2) == 2 && bytes.number(at: 54, bytes: 2) == ExecutableSegment.byteCount
        let place = bytes.number(at: 32)
        let count = bytes.number(at: 56, bytes: 2)
        guard isProgram, place <= bytes.count - count * ExecutableSegment.byteCount else {
            throw ExecutableError("\(name): is not a program that a plan can be put into; build it again")
        }
        self.bytes = bytes
        segments = (0..<count).map { ExecutableSegment(bytes, at: place + $0 * ExecutableSegment.byteCount) }
        for segment in segments {
            guard segment.fileOffset <= bytes.count, segment.fileBytes <= bytes.count - segment.fileOffset else {
                throw ExecutableError("\(name): is cut short; build it again")
            }
        }
        guard let note = segments.lazy.compactMap({ Self.note(in: $0, of: bytes) }).first else {
            throw ExecutableError("\(name): has no room for a plan; build it again")
        }
        self.note = note
    }

    /// The contents of our note among those of a segment.
    private static func note(in segment: ExecutableSegment, of bytes: [UInt8]) -> Range<Int>? {
        guard segment.kind == .note else { return nil }
        var place = segment.fileOffset
        let end = segment.fileOffset + segment.fileBytes
        while place + 12 <= end {
            let nameBytes = bytes.number(at: place, bytes: 4)
            let size = bytes.number(at: place + 4, bytes: 4)
            let contents = place + 12 + (nameBytes + 3) / 4 * 4
            guard contents <= end, size <= end - contents else { return nil }
            if bytes.number(at: place + 8, bytes: 4) == noteType, size >= headersInNote,
                bytes[(place + 12)...].starts(with: noteName)
            {
                return contents..<contents + size
            }
            place = contents + (size + 3) / 4 * 4
        }
        return nil
    }

    /// The file of the program with a plan.
    ///
    /// - Parameter unneeded: addresses of code that is never run. Whole pages of it are left out.
    /// - Throws: ``ExecutableError`` where the file's first segment doesn't have its headers.
    package func carrying(_ plan: [UInt8], without unneeded: [Range<Int>]) throws(ExecutableError) -> [UInt8] {
        var loaded = segments.filter { $0.kind == .load }
        guard let first = loaded.first, first.fileOffset == 0, note.upperBound <= first.fileBytes else {
            throw ExecutableError("the program's note is not in its first segment; build it again")
        }
        let others = segments.filter { $0.kind != .load && $0.kind.number != 6 }
        let room = (note.count - Self.headersInNote) / ExecutableSegment.byteCount - others.count - 1
        for gap in Self.wholePages(unneeded, atMost: room - loaded.count) {
            guard let index = loaded.firstIndex(where: { $0.fileAddresses.contains(gap.lowerBound) }) else { continue }
            loaded.replaceSubrange(index...index, with: Self.split(loaded[index], around: gap))
        }

        var file: [UInt8] = []
        var placed: [ExecutableSegment] = []
        for segment in loaded {
            // The place in the file and that in memory are the same within a page: so the system maps it.
            let start = Self.place(after: file.count, like: segment.address)
            file += [UInt8](repeating: 0, count: start - file.count)
            file += bytes[segment.fileOffset..<segment.fileOffset + segment.fileBytes]
            var moved = segment
            moved.fileOffset = start
            placed.append(moved)
        }
        let address = Self.nextPage(loaded.map { $0.address + $0.memoryBytes }.max() ?? 0)
        let start = Self.nextPage(file.count)
        file += [UInt8](repeating: 0, count: start - file.count) + plan
        placed.append(
            ExecutableSegment(
                kind: .load, flags: ExecutableSegment.readable, fileOffset: start, address: address,
                fileBytes: plan.count, memoryBytes: plan.count, alignment: Self.page))
        let headers = placed + others.map { Self.moved($0, with: placed) }

        let table = note.lowerBound + Self.headersInNote
        file.put(address, at: note.lowerBound + 4)
        file.put(plan.count, at: note.lowerBound + 12)
        for (index, header) in headers.enumerated() {
            let place = table + index * ExecutableSegment.byteCount
            file.replaceSubrange(place..<place + ExecutableSegment.byteCount, with: header.bytes)
        }
        file.put(table, at: 32)
        file.put(headers.count, at: 56, bytes: 2)
        // There is no table of sections any more.
        file.put(0, at: 40)
        for place in [58, 60, 62] { file.put(0, at: place, bytes: 2) }
        return file
    }

    /// The whole pages within ranges, as few as are asked for: the largest.
    private static func wholePages(_ ranges: [Range<Int>], atMost count: Int) -> [Range<Int>] {
        let pages = ranges.compactMap { range -> Range<Int>? in
            let start = nextPage(range.lowerBound)
            let end = range.upperBound / page * page
            return start < end ? start..<end : nil
        }
        return Array(pages.sorted { $0.count > $1.count }.prefix(max(0, count)))
    }

    private static func split(_ segment: ExecutableSegment, around gap: Range<Int>) -> [ExecutableSegment] {
        let end = min(gap.upperBound, segment.fileAddresses.upperBound)
        var before = segment
        before.fileBytes = gap.lowerBound - segment.address
        before.memoryBytes = before.fileBytes
        var behind = segment
        behind.address = end
        behind.fileOffset += end - segment.address
        behind.fileBytes -= end - segment.address
        behind.memoryBytes -= end - segment.address
        return [before, behind].filter { $0.memoryBytes > 0 }
    }

    /// A header that is not of memory by itself, where its bytes are now.
    private static func moved(_ header: ExecutableSegment, with placed: [ExecutableSegment]) -> ExecutableSegment {
        var moved = header
        if let home = placed.first(where: { $0.fileAddresses.contains(header.address) }) {
            moved.fileOffset = home.fileOffset + header.address - home.address
        }
        return moved
    }

    private static func nextPage(_ place: Int) -> Int { (place + page - 1) / page * page }

    /// The first place from `end` on that is as far from a page's start as the address is.
    private static func place(after end: Int, like address: Int) -> Int {
        let start = end / page * page + address % page
        return start < end ? start + page : start
    }
}
