internal import ApusFiles
internal import ApusPlan
internal import ApusRuntime

/// What C can keep of the library and the processor.
private enum Facts {
    static let versionText = StaticText(Release.version)
    static let version: UInt32 = Release.version.split(separator: ".").reduce(0) { $0 * 1000 + (UInt32($1) ?? 0) }
    static let targets = Processor.targets.map { StaticText($0.rawValue) }
}

@_cdecl("apus_version")
public func version() -> UInt32 { Facts.version }

@_cdecl("apus_version_text")
public func versionText() -> UnsafePointer<CChar> { unsafe Facts.versionText.start }

@_cdecl("apus_target_count")
public func targetCount() -> Int { Facts.targets.count }

@_cdecl("apus_target")
public func target(_ index: Int) -> UnsafePointer<CChar>? {
    Facts.targets.indices.contains(index) ? unsafe Facts.targets[index].start : nil
}
