/** A page is imported as its text: by wrangler, and by the bundle that `odradek serve` makes. */
declare module "*.html" {
  const page: string;
  export default page;
}
