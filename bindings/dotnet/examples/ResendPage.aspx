<%@ Page Language="C#" CodeBehind="ResendPage.aspx.cs" Inherits="Shop.ResendPage" EnableSessionState="True" %>
<!DOCTYPE html>
<html>
<head runat="server"><title>Paywall</title></head>
<body>
  <form runat="server">
    <asp:TextBox ID="Code" runat="server" autocomplete="one-time-code" inputmode="numeric" />
    <asp:Button ID="Resend" runat="server" OnClick="ResendClicked"
      UseSubmitBehavior="false" OnClientClick="this.disabled = true;" />
    <asp:Label ID="Answer" runat="server" role="status" />
    <asp:HyperLink ID="Continue" runat="server" Visible="false" />
  </form>
</body>
</html>
