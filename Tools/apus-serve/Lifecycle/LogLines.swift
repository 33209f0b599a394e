import ApusFiles
import ApusJSON
import ApusServing
import ApusText
import Glibc
import Logging

/// Writes each event as one line to standard error: text for people, or JSON for programs.
struct LogLines: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let isJSON: Bool

    init(level: Logger.Level, isJSON: Bool) {
        logLevel = level
        self.isJSON = isJSON
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var line: String
        if isJSON {
            var members = [
                JSONValue.Member("time_ms", .integer(Int(wallMilliseconds()))),
                .init("level", .string(event.level.rawValue)), .init("message", .string("\(event.message)")),
            ]
            members += all.map { .init($0.key, .string("\($0.value)")) }
            line = JSONValue.object(members).compact
        } else {
            line =
                "apus-serve: \(event.level == .info ? "" : "\(event.level.rawValue): ")\(printable("\(event.message)"))"
            for (key, value) in all { line += " \(key)=\(printable("\(value)"))" }
        }
        // Where nobody reads the log, the server goes on.
        _ = writeAll(line + "\n", to: STDERR_FILENO)
    }
}
