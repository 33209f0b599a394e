import ApusPlan
import ApusRuntime
import ApusText

/// A profile as people read it: what the machine can do, then a line for each instruction.
package struct ProfileTable {
    private let profile: Profile

    package init(_ profile: Profile) { self.profile = profile }

    /// The lines, without colors. Names in them are those of the plan, which may have been made to harm a terminal.
    package var lines: [String] {
        heading + [""] + table + (profile.threads.count > 1 ? [""] + threads : [])
    }

    /// A line for each thread: what it spent on each stage.
    private var threads: [String] {
        let runs = Double(max(profile.recording.runs, 1))
        var cells = [["thread", "prologue", "body", "epilogue", "next batch", "rest", "(µs a run)"]]
        for (index, stages) in profile.threads.enumerated() {
            let times = [stages.prologue, stages.body, stages.epilogue, stages.preparation, stages.rest]
            cells.append(["\(index + 1)"] + times.map { formatDecimal($0 / runs * 1e6, digits: 2) })
        }
        return columns(cells, rightAligned: 1..<7)
    }

    private var heading: [String] {
        let recording = profile.recording
        let threads = recording.threads.count
        let each = recording.runs > 0 ? recording.seconds / Double(recording.runs) : 0
        let limits = profile.limits
        let memory = limits.levels.map { level in
            "\(size(level.size)) \(giga(level.bytesReadPerSecond, digits: 0)) / "
                + "\(giga(level.bytesWrittenPerSecond, digits: 0))"
        }
        let bytes = limits.narrowMultiplyAddsPerSecond[.bytes].map { ", \(giga(2 * $0)) of bytes" } ?? ""
        let bfloats = limits.narrowMultiplyAddsPerSecond[.bfloat16].map { ", \(giga(2 * $0)) of bf16" } ?? ""
        let dropped = recording.droppedRuns == 0 ? "" : " (and \(recording.droppedRuns) that were interrupted)"
        return [
            "\(profile.plan.name) for \(profile.plan.target.rawValue): \(recording.runs) runs of "
                + "\(formatDecimal(each * 1e6, digits: 2)) µs on \(threads) thread\(threads == 1 ? "" : "s")\(dropped)",
            "measured limits of a core: \(giga(limits.operationsPerSecond)) GFLOP/s\(bytes)\(bfloats); GB/s read / written in "
                + memory.joined(separator: ", "),
        ]
    }

    private var table: [String] {
        let runs = Double(max(profile.recording.runs, 1))
        var cells = [["stage", "kernel", "for", "µs a run", "share", "GFLOP/s", "GB/s", "of limit", ""]]
        for row in profile.rows {
            cells.append([
                row.stage, row.kernel, row.label, formatDecimal(row.seconds / runs * 1e6, digits: 2),
                percent(row.share, digits: 1), row.operationsPerSecond.map { giga($0) } ?? "",
                row.bytesPerSecond.map { giga($0) } ?? "", row.partOfLimit.map { percent($0, digits: 0) } ?? "",
                row.how ?? "",
            ])
        }
        let work = profile.rows.reduce(0) { $0 + $1.multiplyAdds }
        let seconds = profile.rows.reduce(0) { $0 + $1.seconds }
        let limit = profile.rows.reduce(0) { $0 + ($1.limitSeconds ?? 0) }
        cells.append([
            "", "", "all threads", formatDecimal(seconds / runs * 1e6, digits: 2),
            percent(profile.rows.reduce(0) { $0 + $1.share }, digits: 1),
            seconds > 0 && work > 0 ? giga(2 * work / seconds) : "", "",
            seconds > 0 ? percent(limit / seconds, digits: 0) : "", "",
        ])
        return columns(cells, rightAligned: 3..<8)
    }

    /// The rows with each column as wide as its widest cell.
    private func columns(_ cells: [[String]], rightAligned: Range<Int>) -> [String] {
        var widths = [Int](repeating: 0, count: cells[0].count)
        for row in cells { for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) } }
        return cells.map { row in
            let padded = row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return rightAligned.contains(column) ? space + cell : cell + space
            }
            return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }

    private func giga(_ value: Double, digits: Int = 1) -> String { formatDecimal(value * 1e-9, digits: digits) }

    private func percent(_ part: Double, digits: Int) -> String { formatDecimal(part * 100, digits: digits) + " %" }

    /// `16 KiB`
    private func size(_ bytes: Int) -> String {
        bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }
}
