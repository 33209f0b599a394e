import ApusGraph
import Glibc
import Testing

struct CatalogueTests {
    @Test func namesAreUniqueAndFound() {
        let names = OperatorCatalogue.all.map { $0.name }
        #expect(Set(names).count == names.count)
        for name in names { #expect(OperatorCatalogue.named(name)?.name == name) }
        #expect(OperatorCatalogue.named("conv4d") == nil)
    }

    /// Every file of the folder is an operator of the catalogue. Where the sources are not at hand there is nothing to
    /// compare with.
    @Test(.enabled(if: CatalogueTests.files != nil, "the sources are not here"))
    func everyFileIsListed() throws {
        let files = try #require(Self.files)
        let types = Set(OperatorCatalogue.all.map { "\($0)" })
        for file in files {
            #expect(types.contains(file), "\(file).swift is not in OperatorCatalogue")
        }
        #expect(files.count > 20)
    }

    /// The names of the Swift files in the folders of Sources/ApusGraph/Operators, one for each family, without their ending.
    /// What operators share is in the folder Shared.
    private static let files: [String]? = {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        let folder = "\(root)/Sources/ApusGraph/Operators"
        guard let families = entries(of: folder) else { return nil }
        return families.filter { $0 != "Shared" }.flatMap { family in
            (entries(of: "\(folder)/\(family)") ?? []).filter { $0.hasSuffix(".swift") }.map { String($0.dropLast(6)) }
        }
    }()

    private static func entries(of path: String) -> [String]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names.filter { !$0.hasPrefix(".") }
    }
}
