import ApusGraph
import Glibc
import Testing

struct CatalogueTests {
    @Test func namesAreUniqueAndFound() {
        let names = OperatorCatalogue.all.map { $0.name }
        #expect(Set(names).count == names.count)
        for name in names { #expect(OperatorCatalogue.named(name)?.name == name) }
        #expect(OperatorCatalogue.named("conv3d") == nil)
    }

    /// Every file of the folder is an operator of the catalogue. Where the sources are not at hand there is nothing to
    /// compare with.
    @Test(.enabled(if: CatalogueTests.files != nil, "the sources are not here"))
    func everyFileIsListed() throws {
        let files = try #require(Self.files)
        let types = Set(OperatorCatalogue.all.map { "\($0)" })
        for file in files where file != "OperatorCatalogue" {
            #expect(types.contains(file), "\(file).swift is not in OperatorCatalogue")
        }
        #expect(files.count > 20)
    }

    /// The names of the Swift files in Sources/ApusGraph/Operators, without their ending.
    private static let files: [String]? = {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        guard let folder = opendir("\(root)/Sources/ApusGraph/Operators") else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".swift") { names.append(String(name.dropLast(6))) }
        }
        return names
    }()
}
