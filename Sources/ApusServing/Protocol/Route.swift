/// Where a request goes.
package enum Route: Equatable {
    case serverMetadata, live, ready, metrics, allStatistics, repositoryIndex
    case load(String)
    case unload(String)
    case model(String, version: String, ModelPart)

    package enum ModelPart: Equatable {
        case metadata, ready, infer, configuration, statistics
    }

    /// Nil where there is no such place. What follows a question mark is left out.
    package init?(path: String) {
        let end = path.utf8.firstIndex(of: UInt8(ascii: "?")) ?? path.endIndex
        let parts = path[..<end].split(separator: "/", omittingEmptySubsequences: true)
        switch parts.first {
        case "metrics" where parts.count == 1: self = .metrics
        case "v2": self.init(version2: parts.dropFirst())
        default: return nil
        }
    }

    private init?(version2 parts: ArraySlice<Substring>) {
        let parts = Array(parts)
        switch parts.count {
        case 0: self = .serverMetadata
        case 2 where parts[0] == "health" && parts[1] == "live": self = .live
        case 2 where parts[0] == "health" && parts[1] == "ready": self = .ready
        case 2 where parts[0] == "models" && parts[1] == "stats": self = .allStatistics
        case 2 where parts[0] == "repository" && parts[1] == "index": self = .repositoryIndex
        case 4 where parts[0] == "repository" && parts[1] == "models" && parts[3] == "load":
            self = .load(String(parts[2]))
        case 4 where parts[0] == "repository" && parts[1] == "models" && parts[3] == "unload":
            self = .unload(String(parts[2]))
        case 2... where parts[0] == "models":
            var rest = parts[2...]
            var version = ""
            if rest.first == "versions", rest.count >= 2 {
                version = String(rest[rest.startIndex + 1])
                rest = rest.dropFirst(2)
            }
            guard rest.count <= 1, let part = Self.part(rest.first) else { return nil }
            self = .model(String(parts[1]), version: version, part)
        default: return nil
        }
    }

    private static func part(_ name: Substring?) -> ModelPart? {
        switch name {
        case nil: .metadata
        case "ready": .ready
        case "infer": .infer
        case "config": .configuration
        case "stats": .statistics
        default: nil
        }
    }

    /// Whether it takes POST; all others take GET.
    package var takesPost: Bool {
        switch self {
        case .load, .unload, .repositoryIndex, .model(_, _, .infer): true
        default: false
        }
    }
}
