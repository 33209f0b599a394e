import ApusReport
import Testing

@Suite struct HTMLTests {
    private static let hostile = "<script>alert(\"1\")</script> & 'x' \u{202e}\u{0}\u{1b}[2J"

    @Test func textAndAttributesAreEscaped() {
        let text = HTML("p", ["title": Self.hostile], Self.hostile).text
        let escaped =
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; \u{FFFD}\u{FFFD}\u{FFFD}[2J"
        #expect(text == "<p title=\"\(escaped)\">\(escaped)</p>")
    }

    @Test func elementsAreWrittenAsHTMLHasThem() {
        let html = HTML(
            "div", ["class": "a"],
            [
                HTML("br", [:]), HTML("path", ["d": "M0 0"]), HTML("path", [:], [HTML("title", [:], "t")]),
                HTML("p", [:]),
            ])
        #expect(
            html.text
                == "<div class=\"a\"><br><path d=\"M0 0\"/><path><title>t</title></path><p></p></div>")
        #expect(HTML("td", [:], "1").with("class", nil).with("id", "x").text == "<td id=\"x\">1</td>")
        #expect(HTML.link(to: "a\"b", ["c"]).text == "<a href=\"#a&quot;b\">c</a>")
    }

    /// RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"),
    ])
    func bytesAreBase64(bytes: String, text: String) { #expect(base64(Array(bytes.utf8)) == text) }

    /// FIPS 180-4's examples, and one that fills a block to its end.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func hashesAreThoseOfTheStandard(text: String, hash: String) {
        let digits = sha256(Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(digits == hash)
    }

    @Test func aPageIsWholeAndAsksForNothing() {
        let page = Page(
            title: Self.hostile, kind: "Test", subtitle: Self.hostile,
            sections: [.init("one", Self.hostile, note: Self.hostile, ["text"])]
        ).text
        #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"))
        #expect(page.hasSuffix("</body></html>\n"))
        #expect(!page.contains("<script>alert"))
        #expect(
            page.contains(
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; img-src data:;"))
        // One script and one sheet of styles, its own, and no address of anything else.
        for part in ["<script", "<style"] { #expect(page.count(of: part) == 1) }
        for part in ["http://", "https://", "src=", "url(", "@import", "javascript:", " style="] {
            #expect(!page.contains(part), "\(part)")
        }
        #expect(page.contains("<a href=\"#one\">"))
    }

    @Test(arguments: [
        (0.0, "0"), (0.03125, "0.0313"), (3e-5, "3e-5"), (-1.25e-7, "-1.25e-7"), (9.999e-6, "1e-5"), (1.5, "1.500"),
        (42.424, "42.42"), (123.45, "123.5"), (98765, "98765"), (2.5e9, "2.5e9"), (.infinity, "inf"),
    ])
    func numbersHaveTheDigitsThatPeopleCompare(number: Double, text: String) { #expect(Parts.number(number) == text) }
}

extension String {
    /// How often `part` occurs.
    func count(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: part) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
