extension MemoryDrawing {
    /// The section of a page: the arena over time, with the buffers in a table beneath.
    package func section(note: String) -> Page.Section {
        let rows = blocks.sorted { (-$0.size, $0.offset) < (-$1.size, $1.offset) }.prefix(Self.maximumRows)
        let table = Parts.table(
            "Buffers of the arena",
            [
                .init("buffer"), .init("bytes", isNumber: true), .init("offset", isNumber: true),
                .init("first use", isNumber: true), .init("last use", isNumber: true),
            ],
            rows.map { block in
                [
                    .text(block.name), .text(Self.grouped(block.size)), .text(Self.grouped(block.offset)),
                    .text("\(block.firstUse)"), .text("\(block.lastUse)"),
                ]
            }, isSortable: true)
        let title = blocks.count > Self.maximumRows ? "The \(Self.maximumRows) largest buffers" : "Buffers"
        return Page.Section(
            "memory", "Memory", note: "\(note) \(summary).",
            (blocks.count > Self.maximumDrawn ? [] : [Parts.scrollable("Drawing of the arena", figure())])
                + [Parts.details(title, [table])])
    }

    /// Buffers that are drawn and listed: a page stays small, and nobody sees more.
    private static let maximumDrawn = 700
    private static let maximumRows = 300
}
